"""The texts of the public page, in each of its languages."""

from __future__ import annotations

from typing import Literal, NamedTuple

from django.utils.translation.trans_real import parse_accept_lang_header

Verdict = Literal["active", "inactive", "blacklisted", "unknown", "too_many"]


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
        "too_many": Text("One moment", "Too many codes were looked up from your network. Please try again shortly."),
    },
    "fr": {
        "active": Text("Actif", "Ce code est enregistré et actif."),
        "inactive": Text("Inactif", "Ce code est enregistré, mais il n’est pas actif."),
        "blacklisted": Text("Bloqué", "Ce code a été bloqué et n’est plus valable."),
        "unknown": Text("Inconnu", "Ce code n’existe pas ici. Vérifiez que l’adresse est complète."),
        "too_many": Text(
            "Un instant", "Trop de codes ont été consultés depuis votre réseau. Réessayez dans un moment."
        ),
    },
    "de": {
        "active": Text("Aktiv", "Dieser Code ist registriert und aktiv."),
        "inactive": Text("Inaktiv", "Dieser Code ist registriert, aber nicht aktiv."),
        "blacklisted": Text("Gesperrt", "Dieser Code wurde gesperrt und ist nicht mehr gültig."),
        "unknown": Text("Unbekannt", "Diesen Code gibt es hier nicht. Prüfen Sie, ob die Adresse vollständig ist."),
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
        "too_many": Text(
            "Een ogenblik", "Vanaf uw netwerk zijn te veel codes opgevraagd. Probeer het zo meteen opnieuw."
        ),
    },
    "zh": {
        "active": Text("已激活", "该二维码已登记，且处于激活状态。"),
        "inactive": Text("未激活", "该二维码已登记，但尚未处于激活状态。"),
        "blacklisted": Text("已列入黑名单", "该二维码已被停用，不再有效。"),
        "unknown": Text("未知", "此处查不到该二维码，请确认网址是否完整。"),
        "too_many": Text("请稍候", "您所在网络的查询次数过多，请稍后再试。"),
    },
}


def choose_language(accepted: str) -> str:
    """Return the key of TEXTS that an Accept-Language header prefers (RFC 9110, section 12.5.4), or English's."""
    for tag, weight in parse_accept_lang_header(accepted):
        language = tag.partition("-")[0]
        if weight > 0 and language in TEXTS:
            return language
    return FALLBACK
