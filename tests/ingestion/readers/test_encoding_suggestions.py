"""Suggesting the encoding of a file of which few cells hold more than ASCII."""

from __future__ import annotations

import os

import pytest

from ingestion.readers.encoding import ENCODINGS
from ingestion.readers.encoding_suggestions import Suggestion, advise_encoding, suggest_encodings

CELLS = {
    "windows-1252": (
        "Köln|München Süd|Größe L|Straße|für Deutschland|Zürich|Österreich|Äpfel|Übersee|Müller GmbH|Grün|"
        "weiß|Crème brûlée|Bière blonde|Eau minérale|Orléans|Nîmes|Besançon|Société Générale|à la carte|"
        "España|São Paulo|Jalapeño|Ñandú|Malmö|Århus|Ærø|Smørrebrød|Café|Rosé|Pâté|20 °C|10 € each|“quoted”|"
        "façon|cœur|Île-de-France|ÉTÉ|ÖL|MÜNCHEN|KÖLN|naïve|Perú|Bogotá|maçã|limão|pão|Tromsø|"
        "Jönköping|Citroën|Liège|½ l|±5|©2026|Größe 1½|L’Oréal|Häagen-Dazs|Nestlé®|MARQUÉ|£5|§ 5|µm|ä|é|ß|"
        "Größe|Menge in ²|Fußgängerzone|Übergrößenträger|Gemüsebrühe|Kürbis|Lübeck|Nürnberg, Halle 3|"
        "Weißwein trocken|Käse|Möbel|Fläschchen|schön|Glühbirne|Saône|Château Margaux|"
        "Fraîcheur|Sélection|Bébé|Vêtements|café crème|Lait entier à 3,6 %|Forêt-Noire|Andalucía|Jamón|Limón|"
        "Piñata|Açaí|Coração|Bødø|Göteborg|Høyland|København|Façade|Crêpe|noël|Müsli|Äußerst|Brötchen|Tücher|"
        "Wäsche|Hôtel"
    ),
    "iso-8859-15": ("10 €|€ 5|cœur|Œuvre|bœuf|sœur|Škoda Auto|Žilina"),
    "windows-1251": (
        "Москва|Санкт-Петербург|Сок яблочный|Вода минеральная|Молоко 3,2%|хлеб|Россия|Киев|Україна|Їжак|"
        "Беларусь|Мінск|Софийска вода|Артикул|Шампунь|Чай чёрный|ЧАЙ ЗЕЛЕНЫЙ|"
        "ул. Ленина|да|RU Москва|шт|Београд|България|Новосибирск|Вино красное|Масло|Кефир|Мыло|Одеяло|"
        "Екатеринбург|Пакет|Хлопок 100%|Сыр|Чернигов|Варна|Зубная паста|Крем для рук"
    ),
    "gb18030": (
        "上海|北京|广州|深圳市|中国|苹果汁|矿泉水|绿茶|红茶250毫升|五粮液|茅台酒|酱油|产品|商品名称|编号|女士衬衫|男鞋|牛奶巧克力|天津|重庆|四川成都|江苏省南京市|浙江杭州|"
        "山东青岛啤酒|批号|有限公司|洗发水|面膜|口罩|手机|充电器|智能手表|绿色|黑色|大|中|小号|红色XL|上海市浦东新区|测试|护肤霜50ml|雪碧|可口可乐|合格|不合格|香港|澳门|台湾|"
        "东莞|葡萄酒|白酒|儿童玩具|电池|华为|合肥|西安|巧克力饼干|洗衣液|羽绒服|婴儿奶粉|二锅头|台式机|电饭煲|保温杯|蓝牙耳机|昆山|香皂|牙刷|花生油|老干妈|铁观音|普洱茶|瓜子|方便面|"
        "羊毛衫|运动鞋|苏州工厂|一号仓|入库|出库|托盘|质检员|蜂蜜"
    ),
    "big5": (
        "台北|高雄市|臺灣|香港|蘋果汁|礦泉水|綠茶|紅茶|產品|商品名稱|編號|中國|上海|台中市|新竹|牛奶|巧克力|有限公司|洗髮精|面膜|口罩|手機|充電器|綠色|黑色|大|中|小|紅色XL|桃園|"
        "批號|醬油|葡萄酒|白酒|玩具|台灣啤酒|珍珠奶茶|九龍|新界|高雄廠|牙膏|烏龍茶|鳳梨酥|保溫杯|藍牙耳機|羊毛衫|運動鞋|一號倉|入庫|蜂蜜|嬰兒奶粉|醬菜|花蓮|臺中"
    ),
    "shift_jis": (
        "東京|大阪|日本|東京都|ミネラルウォーター|りんごジュース|お茶|緑茶|紅茶|製品|商品名|番号|株式会社|シャンプー|マスク|京都|横浜市|名古屋|札幌|ビール|チョコレート|牛乳|赤|青|緑色|"
        "大|小|①|㈱サンプル|福岡|北海道|しょうゆ|日本酒|コーヒー|ペットボトル500ml|食品|チョコ|味噌|うどん|ノート|洗濯機|石鹸|広島工場|第一倉庫|入荷|抹茶|靴下|りんご|カメラ|"
        "赤ワイン|さいたま市"
    ),
    "euc-kr": (
        "서울|부산|대한민국|한국|사과주스|생수|녹차|홍차|상품명|번호|주식회사|샴푸|마스크|인천|대구광역시|대전|광주|맥주|"
        "초콜릿|우유|빨강|파랑|녹색|대|중|테스트|제주|간장|"
        "소주|커피|화장품|식품|경기도 수원시|크림|라면|"
        "울산|김치|화장지|치약|비누|운동화|전지|공장|창고|입고|홍삼|바지|가방|안경"
    ),
}


def file_of(cell: str, encoding: str) -> bytes:
    """Ten rows with the same cell."""
    rows = "".join(f"plant-{number:05};sku1;{cell}\n" for number in range(10))
    return f"id;product;plant\n{rows}".encode(ENCODINGS[encoding].codec)


@pytest.mark.parametrize("encoding", CELLS)
def test_one_cell_is_enough_to_read_it_right(encoding: str) -> None:
    cells = CELLS[encoding].split("|")
    found = {cell: suggest_encodings(file_of(cell, encoding))[0].samples[0] for cell in cells}
    assert found == {cell: f"plant-00000;sku1;{cell}" for cell in cells}


@pytest.mark.parametrize("encoding", CELLS)
def test_a_few_cells_leave_no_doubt(encoding: str) -> None:
    cells = CELLS[encoding].split("|")
    for at in range(0, len(cells) - 5, 5):
        data = "\n".join(cells[at : at + 5]).encode(ENCODINGS[encoding].codec)
        assert {*suggest_encodings(data)[0].samples} <= {*cells[at : at + 5]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [Suggestion("utf-8", ())]),
        (b"id\nabc12345\n", [Suggestion("utf-8", ())]),
        ("id\nKöln\n".encode("utf-8-sig"), [Suggestion("utf-8", ("Köln",))]),
        ("id\nKöln\n".encode("utf-16"), [Suggestion("utf-16", ())]),
        ("id\nKöln\n".encode("utf-16-le"), [Suggestion("utf-16", ())]),
        ("id\nKöln\n".encode("utf-16-be"), [Suggestion("utf-16", ())]),
    ],
)
def test_unicode_is_told_by_its_marks(data: bytes, expected: list[Suggestion]) -> None:
    assert suggest_encodings(data) == expected


def test_utf_8_with_a_broken_character_stays_utf_8() -> None:
    data = "plant\nKöln\nMünchen\nGröße\nFürth\n".encode() + b"K\xf6ln\n"
    best = suggest_encodings(data)
    assert best[0].encoding == "utf-8"
    assert advise_encoding(best, "K\udcf6ln") == ""


def test_what_nobody_writes_is_in_no_encoding() -> None:
    assert suggest_encodings(b"id\n" + os.urandom(20_000)) == []
    assert advise_encoding([], "K\udcf6ln") == ""


def test_a_file_may_be_cut_within_a_character() -> None:
    data = ("id,plant\n" + "abc12345,上海\n" * 200).encode("gb18030")
    for cut in range(10):
        assert suggest_encodings(data[: len(data) - cut])[0].encoding == "gb18030"


def test_encodings_in_which_a_file_reads_the_same_are_told_once() -> None:
    assert [each.encoding for each in suggest_encodings(file_of("Köln", "windows-1252"))] == ["windows-1252"]
    assert suggest_encodings(file_of("10 €", "iso-8859-15"))[0].encoding == "iso-8859-15"


def test_the_samples_are_the_same_lines_in_each_encoding() -> None:
    data = "1;München\n2;Berlin\n3;München\n4;Köln\n5;Fürth\n6;Süd\n".encode("cp1252")
    assert suggest_encodings(data) == [Suggestion("windows-1252", ("1;München", "4;Köln"))]
    data = "1;绿茶\n2;Berlin\n3;绿茶\n4;上海\n5;北京\n6;红茶\n".encode("gb18030")
    best, other, *_rest = suggest_encodings(data)
    assert (best.label, best.samples) == ("GB18030", ("1;绿茶", "4;上海", "5;北京"))
    assert [sample[:2] for sample in other.samples] == ["1;", "4;", "5;"]


def test_bytes_that_an_encoding_lacks_are_shown_by_a_character_of_unicode() -> None:
    data = "id;plant\n1;Москва завод\n2;Санкт-Петербург, улица Восстания\n3;Тында\n".encode("cp1251")
    best = suggest_encodings(data.replace(b"\xd2", b"\x98"))[0]
    assert (best.encoding, best.samples[2][:4]) == ("windows-1251", "3;\ufffdы")


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("K\udcf6ln", "The file seems to be in Windows-1252, where this is `Köln`: upload it again with"),
        ("K\udc81ln", "The file seems to be in Windows-1252: upload it again with"),
    ],
)
def test_the_advice_shows_the_cell(cell: str, advice: str) -> None:
    told = advise_encoding(suggest_encodings(file_of("Köln", "windows-1252")), cell)
    assert told == f'{advice} `"encoding": "windows-1252"`, or save it in UTF-8.'
