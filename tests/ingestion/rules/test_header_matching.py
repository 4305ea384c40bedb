"""What the columns of a file are probably meant to be, and which row has their names."""

from __future__ import annotations

import pytest

from ingestion.rules.header_matching import find_header_row, folded, match_header, numbered, without_remark


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (["ID", "Product", "Pallet Number"], ["id", "product", "pallet_number"]),
        (["Serial No", "SKU", "Pallet Nr"], ["id", "product", "pallet_number"]),
        (["Identifier", "sku", "Status", "Reason"], ["id", "product", "activation_status", "blacklist_reason"]),
        (["Code", "Item No.", "Target market"], ["id", "product", "intended_market"]),
        (
            ["Seriennr.", "Artikel-Nr.", "Paletten-Nr.", "Zielmarkt"],
            ["id", "product", "pallet_number", "intended_market"],
        ),
        (["Seriennummer", "Artikelnummer", "Sperrgrund"], ["id", "product", "blacklist_reason"]),
        (["N° de série", "Référence produit", "Marché cible"], ["id", "product", "intended_market"]),
        (["Identifiant", "Article", "Statut"], ["id", "product", "activation_status"]),
        (["Serienummer", "Artikelnummer", "Palletnummer"], ["id", "product", "pallet_number"]),
        (["编号", "产品编号", "托盘号", "状态"], ["id", "product", "pallet_number", "activation_status"]),
        (["序列号", "批次", "托盘", "备注"], ["id", "batch_number", "pallet_number", "note"]),
        (["ID (unique)", "SKU [text]", "Pallet No. (optional)*"], ["id", "product", "pallet_number"]),
        (["Serial No. [text]", "SKU:", "Status #"], ["id", "product", "activation_status"]),
        (["id*", "Produit (SKU) :"], ["id", "product"]),
        (
            ["编号\uff08必填\uff09", "产品编号【文本】", "Weight (kg)", "Weight (lb)"],
            ["id", "product", "weight_kg", "weight_lb"],
        ),
        (["ID unique", "(Lot)", "Lot (1) a"], ["id", "lot", "lot_1_a"]),
        (["\uff29\uff24", "\uff33\uff2b\uff35"], ["id", "product"]),
    ],
)
def test_columns_are_known_in_five_languages(header: list[str], meant: list[str]) -> None:
    assert [*match_header(header).values()] == meant


@pytest.mark.parametrize(
    ("header", "known", "meant"),
    [
        (["id", "pallet", "lot_2"], [], {0: "id", 1: "pallet", 2: "lot_2"}),
        (["id", "pallet_nr"], [], {0: "id", 1: "pallet_nr"}),
        (["id", "pallet_nr"], ["pallet_number"], {0: "id", 1: "pallet_number"}),
        (["id", "sku"], ["sku"], {0: "id", 1: "sku"}),
        (["id", "Batch Numer"], ["batch_number"], {0: "id", 1: "batch_number"}),
        (["id", "Lot 1", "Lot 2"], ["lot_1"], {0: "id", 1: "lot_1", 2: "lot_2"}),
        (["id", "Weight (kg)"], ["weight"], {0: "id", 1: "weight"}),
        (["id", "prodcut"], [], {0: "id", 1: "product"}),
        (["id", "Best Before!", "Größe"], [], {0: "id", 1: "best_before", 2: "groesse"}),
        (["id", "颜色", "", " ", "1st"], [], {0: "id"}),
    ],
)
def test_other_columns_are_fields(header: list[str], known: list[str], meant: dict[int, str]) -> None:
    assert match_header(header, known) == meant


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (["Artikelnr.", "Code"], {0: "lot", 1: "id"}),
        (["ARTIKELNR", "id"], {0: "lot", 1: "id"}),
        (["lot", "Artikelnr.", "id"], {0: "lot", 1: "product", 2: "id"}),
        (["charge", "id"], {0: "batch", 1: "id"}),
        (["product", "id"], {0: "product", 1: "id"}),
    ],
)
def test_the_name_of_last_time_goes_before_any_other(header: list[str], meant: dict[int, str]) -> None:
    remembered = {"artikelnr": "lot", "charge": "batch", "product": "lot"}
    assert match_header(header, (), remembered) == meant


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        (["ID", "id"], {1: "id"}),
        (["Code", "ID"], {0: "code", 1: "id"}),
        (["Serial No", "Code"], {0: "serial_no", 1: "id"}),
        (["SKU", "Product"], {0: "sku", 1: "product"}),
        (["SKU", "sku", "id", "product"], {1: "sku", 2: "id", 3: "product"}),
        (["Lot No", "Lot-No", "id"], {0: "lot_no", 2: "id"}),
        (["Pallet Number", "pallet_number", "id"], {1: "pallet_number", 2: "id"}),
        (["id", "id"], {0: "id"}),
    ],
)
def test_no_two_columns_get_the_same_name(header: list[str], meant: dict[int, str]) -> None:
    assert match_header(header) == meant


def test_only_so_many_columns_are_matched() -> None:
    assert match_header([*(f"Lot {number}" for number in range(5000)), "ID"])[199] == "lot_199"
    assert len(match_header([f"Lot {number}" for number in range(5000)])) == 200
    assert match_header(["x" * 101, "ID"]) == {1: "id"}


def test_names_are_compared_without_case_accents_and_separators() -> None:
    assert folded(" N° de  Série-Größe ") == "n_de_serie_groesse"
    assert numbered("pallet_nr") == numbered("pallet_no") == "pallet_number"
    assert numbered("no_2") == "no_2"


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ID (unique)", "ID "),
        ("Weight [kg] *", "Weight "),
        ("Lot (1) a", "Lot (1) a"),
        ("(Lot)", "(Lot)"),
        ("Lot)", "Lot)"),
        ("a (b) (c)", "a (b) "),
    ],
)
def test_a_remark_stands_in_brackets_behind_the_name(name: str, bare: str) -> None:
    assert without_remark(name) == bare


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([["id", "product"], ["a", "b"]], 1),
        ([["Codes for March", "", ""], [], ["id", "product", "pallet"], ["a", "b", "c"]], 3),
        ([["Code"], ["ID", "SKU"], ["x", "code"]], 2),
        ([["Codes", "a", "b"], ["id", "lot"], ["x", "y"]], 2),
        ([["Report"], ["ID (unique)", "Qty"], ["abc", "1"]], 2),
        ([["Report"], ["Serial No", "Qty"], ["abc", "1"]], 2),
        ([["a"], ["b"]], 0),
        ([*[["title"]] * 10, ["id"]], 11),
        ([*[["title"]] * 11, ["id"]], 0),
        ([], 0),
    ],
)
def test_the_row_with_the_names_is_found(rows: list[list[str]], row: int) -> None:
    assert find_header_row(rows) == row


def test_other_keys_may_be_looked_for() -> None:
    assert find_header_row([["title"], ["pallet", "status"]], ["pallet"]) == 2
