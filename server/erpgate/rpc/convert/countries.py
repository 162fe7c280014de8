"""Names of the countries that merchants choose from."""

from typing import Final

from erpgate.plugin.forms import Text

_NAMES: Final = {
    "AR": Text(es="Argentina", en="Argentina", pt="Argentina"),
    "BO": Text(es="Bolivia", en="Bolivia", pt="Bolívia"),
    "BR": Text(es="Brasil", en="Brazil", pt="Brasil"),
    "CL": Text(es="Chile", en="Chile", pt="Chile"),
    "CO": Text(es="Colombia", en="Colombia", pt="Colômbia"),
    "CR": Text(es="Costa Rica", en="Costa Rica", pt="Costa Rica"),
    "DO": Text(es="República Dominicana", en="Dominican Republic", pt="República Dominicana"),
    "EC": Text(es="Ecuador", en="Ecuador", pt="Equador"),
    "ES": Text(es="España", en="Spain", pt="Espanha"),
    "GT": Text(es="Guatemala", en="Guatemala", pt="Guatemala"),
    "HN": Text(es="Honduras", en="Honduras", pt="Honduras"),
    "MX": Text(es="México", en="Mexico", pt="México"),
    "NI": Text(es="Nicaragua", en="Nicaragua", pt="Nicarágua"),
    "PA": Text(es="Panamá", en="Panama", pt="Panamá"),
    "PE": Text(es="Perú", en="Peru", pt="Peru"),
    "PT": Text(es="Portugal", en="Portugal", pt="Portugal"),
    "PY": Text(es="Paraguay", en="Paraguay", pt="Paraguai"),
    "SV": Text(es="El Salvador", en="El Salvador", pt="El Salvador"),
    "US": Text(es="Estados Unidos", en="United States", pt="Estados Unidos"),
    "UY": Text(es="Uruguay", en="Uruguay", pt="Uruguai"),
    "VE": Text(es="Venezuela", en="Venezuela", pt="Venezuela"),
}


def country(code: str) -> Text:
    """A country's name; its code where the name is not known here."""
    return _NAMES.get(code, Text(es=code, en=code, pt=code))
