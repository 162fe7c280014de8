"""The few words of the terminal's own, in the form's languages."""

from typing import Final

from erpgate.plugin.forms import Text

YES: Final = Text(es="Sí", en="Yes", pt="Sim")
NO: Final = Text(es="No", en="No", pt="Não")
ARROWS: Final = Text(es="(flechas y Enter)", en="(arrow keys and Enter)", pt="(setas e Enter)")
SEVERAL: Final = Text(
    es="(flechas, espacio para marcar, Enter)",
    en="(arrow keys, space to tick, Enter)",
    pt="(setas, espaço para marcar, Enter)",
)
NOTHING: Final = Text(
    es="todavía no hay nada que elegir.", en="there is nothing to choose from yet.", pt="ainda não há nada a escolher."
)
ERP: Final = Text(es="ERP", en="ERP", pt="ERP")
NONE: Final = Text(es="(ninguno)", en="(none)", pt="(nenhum)")
SEARCH: Final = Text(es="Buscar…", en="Search…", pt="Buscar…")
AGAIN: Final = Text(es="Intentar de nuevo", en="Try again", pt="Tentar de novo")
SKIP: Final = Text(es="¿Configurar este paso ahora?", en="Fill this step in now?", pt="Configurar este passo agora?")
ADD: Final = Text(es="¿Agregar o cambiar una fila?", en="Add or change a row?", pt="Adicionar ou alterar uma linha?")
REQUIRED: Final = Text(es="Es obligatorio.", en="It is required.", pt="É obrigatório.")
WRONG: Final = Text(
    es="No tiene la forma esperada.", en="It does not look as expected.", pt="Não tem a forma esperada."
)
LEFT: Final = Text(
    es="Los pasos completos se conservan: ejecuta el mismo comando para continuar.",
    en="Completed steps are kept: run the same command to go on.",
    pt="As etapas concluídas são mantidas: execute o mesmo comando para continuar.",
)
PENDING: Final = Text(
    es="El ERP no responde; se le pregunta de nuevo automáticamente.",
    en="The ERP can't be reached; it is asked again by itself.",
    pt="O ERP não responde; ele é consultado novamente de forma automática.",
)
CONNECTED: Final = Text(es="Conectado:", en="Connected:", pt="Conectado:")
