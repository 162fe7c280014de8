"""The plugin's own words, in the wizard's three languages."""

from erpgate.plugin import Text


def words(es: str, en: str, pt: str) -> Text:
    """What a merchant reads; what only one country's tax authority has keeps its abbreviation in every language."""
    return Text(es=es, en=en, pt=pt)
