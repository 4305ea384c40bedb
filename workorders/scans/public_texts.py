"""The texts of the public page, in each of its languages."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from django.utils.translation.trans_real import parse_accept_lang_header

from workorders.identifiers.gs1_attributes import Attribute

Verdict = Literal["active", "inactive", "blacklisted", "unknown", "no_link", "too_many"]


class Text(NamedTuple):
    """A verdict in one language: the word, and the sentence that explains it."""

    word: str
    sentence: str


FALLBACK = "en"
TAGS = {"en": "en", "fr": "fr", "de": "de", "nl": "nl", "zh": "zh-Hans"}
"""The value of `lang` (BCP 47), by the language that a browser asks for."""

TEXTS: dict[str, dict[Verdict, Text]] = {
    "en": {
        "active": Text("Active", "This code is registered and active."),
        "inactive": Text("Inactive", "This code is registered, but it is not active."),
        "blacklisted": Text("Blacklisted", "This code has been blocked and is no longer valid."),
        "unknown": Text("Unknown", "There is no such code here. Check that the address is complete."),
        "no_link": Text("Nothing of this kind", "No link of the kind that was asked for is known here."),
        "too_many": Text("One moment", "Too many codes were looked up from your network. Please try again shortly."),
    },
    "fr": {
        "active": Text("Actif", "Ce code est enregistré et actif."),
        "inactive": Text("Inactif", "Ce code est enregistré, mais il n’est pas actif."),
        "blacklisted": Text("Bloqué", "Ce code a été bloqué et n’est plus valable."),
        "unknown": Text("Inconnu", "Ce code n’existe pas ici. Vérifiez que l’adresse est complète."),
        "no_link": Text("Rien de ce type", "Aucun lien du type demandé n’est connu ici."),
        "too_many": Text(
            "Un instant", "Trop de codes ont été consultés depuis votre réseau. Réessayez dans un moment."
        ),
    },
    "de": {
        "active": Text("Aktiv", "Dieser Code ist registriert und aktiv."),
        "inactive": Text("Inaktiv", "Dieser Code ist registriert, aber nicht aktiv."),
        "blacklisted": Text("Gesperrt", "Dieser Code wurde gesperrt und ist nicht mehr gültig."),
        "unknown": Text("Unbekannt", "Diesen Code gibt es hier nicht. Prüfen Sie, ob die Adresse vollständig ist."),
        "no_link": Text("Nichts dieser Art", "Einen Link der verlangten Art gibt es hier nicht."),
        "too_many": Text(
            "Einen Moment bitte",
            "Aus Ihrem Netz wurden zu viele Codes abgefragt. Versuchen Sie es gleich noch einmal.",
        ),
    },
    "nl": {
        "active": Text("Actief", "Deze code is geregistreerd en actief."),
        "inactive": Text("Inactief", "Deze code is geregistreerd, maar niet actief."),
        "blacklisted": Text("Geblokkeerd", "Deze code is geblokkeerd en niet meer geldig."),
        "unknown": Text("Onbekend", "Deze code bestaat hier niet. Controleer of het adres volledig is."),
        "no_link": Text("Niets van deze soort", "Een link van de gevraagde soort is hier niet bekend."),
        "too_many": Text(
            "Een ogenblik", "Vanaf uw netwerk zijn te veel codes opgevraagd. Probeer het zo meteen opnieuw."
        ),
    },
    "zh": {
        "active": Text("已激活", "该二维码已登记，且处于激活状态。"),
        "inactive": Text("未激活", "该二维码已登记，但尚未处于激活状态。"),
        "blacklisted": Text("已列入黑名单", "该二维码已被停用，不再有效。"),
        "unknown": Text("未知", "此处查不到该二维码，请确认网址是否完整。"),
        "no_link": Text("没有此类链接", "此处没有所请求类型的链接。"),
        "too_many": Text("请稍候", "您所在网络的查询次数过多，请稍后再试。"),
    },
}

SAID: dict[str, dict[str, str]] = {
    "en": {
        "": "The address also says, unchecked:",
        "variant": "Variant",
        "produced": "Produced",
        "packed": "Packed",
        "best_before": "Best before",
        "sell_by": "Sell by",
        "expires": "Expires",
        "net_weight": "Net weight",
    },
    "fr": {
        "": "L’adresse indique aussi, sans vérification :",
        "variant": "Variante",
        "produced": "Fabriqué le",
        "packed": "Emballé le",
        "best_before": "À consommer de préférence avant le",
        "sell_by": "À vendre avant le",
        "expires": "Expire le",
        "net_weight": "Poids net",
    },
    "de": {
        "": "Die Adresse sagt außerdem, ungeprüft:",
        "variant": "Variante",
        "produced": "Hergestellt am",
        "packed": "Verpackt am",
        "best_before": "Mindestens haltbar bis",
        "sell_by": "Zu verkaufen bis",
        "expires": "Läuft ab am",
        "net_weight": "Nettogewicht",
    },
    "nl": {
        "": "Het adres zegt ook, niet gecontroleerd:",
        "variant": "Variant",
        "produced": "Geproduceerd op",
        "packed": "Verpakt op",
        "best_before": "Ten minste houdbaar tot",
        "sell_by": "Te verkopen vóór",
        "expires": "Verloopt op",
        "net_weight": "Nettogewicht",
    },
    "zh": {
        "": "网址中还包含以下未经核实的信息",
        "variant": "款式",
        "produced": "生产日期",
        "packed": "包装日期",
        "best_before": "最佳食用日期",
        "sell_by": "销售截止日期",
        "expires": "失效日期",
        "net_weight": "净重",
    },
}
"""What an address of GS1 says of the item besides its id, by kind of attribute; the first introduces the others."""
DECIMAL_COMMA = ("fr", "de", "nl")


def say_attribute(attribute: Attribute, language: str) -> tuple[str, str]:
    """Return what an attribute is called, and its value: a day in ISO 8601, a weight with its unit, or the text."""
    value = str(attribute.value)
    if isinstance(attribute.value, Decimal):
        value = f"{value.replace('.', ',') if language in DECIMAL_COMMA else value} kg"
    return SAID[language][attribute.kind], value


def choose_language(accepted: str) -> str:
    """Return the key of TEXTS that an Accept-Language header prefers (RFC 9110, section 12.5.4), or English's."""
    for tag, weight in parse_accept_lang_header(accepted):
        language = tag.partition("-")[0]
        if weight > 0 and language in TEXTS:
            return language
    return FALLBACK
