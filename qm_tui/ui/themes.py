"""The monitor's own colors: dark, light, of more contrast, for other eyes, for 16 colors."""

from collections.abc import Mapping

from textual.theme import Theme

_DARK_VARIABLES: Mapping[str, str] = {
    "boost": "#26313d",
    "block-cursor-background": "#2b5278",
    "block-cursor-foreground": "#ffffff",
    "block-cursor-text-style": "bold",
    "block-cursor-blurred-background": "#22303e",
    "block-cursor-blurred-foreground": "#d5dbe3",
    "text-muted": "#8f9aa8",
    "border": "#3d6f96",
    "scrollbar": "#2a3541",
    "scrollbar-hover": "#3d4c5c",
    "scrollbar-active": "#5aa9e6",
    "scrollbar-background": "#0f1419",
    "scrollbar-corner-color": "#0f1419",
    "input-selection-background": "#2b5278",
}
_LIGHT_VARIABLES: Mapping[str, str] = {
    "boost": "#dedad0",
    "block-cursor-background": "#bcd7f0",
    "block-cursor-foreground": "#0d1a26",
    "block-cursor-text-style": "bold",
    "block-cursor-blurred-background": "#dbe6ef",
    "block-cursor-blurred-foreground": "#1c2733",
    "text-muted": "#545d68",
    "border": "#6d93b5",
}

DARK = Theme(
    name="qm-dark",
    dark=True,
    primary="#5aa9e6",
    secondary="#3d6f96",
    accent="#e5b567",
    foreground="#d5dbe3",
    background="#0f1419",
    surface="#0f1419",
    panel="#1b232d",
    success="#7fc98f",
    warning="#e5b567",
    error="#ef7d7d",
    variables=dict(_DARK_VARIABLES),
)

LIGHT = Theme(
    name="qm-light",
    dark=False,
    primary="#1f5f99",
    secondary="#6d93b5",
    accent="#7d5100",
    foreground="#1c2733",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#e9e6de",
    success="#1d7a3a",
    warning="#7d5100",
    error="#b3261e",
    variables=dict(_LIGHT_VARIABLES),
)

# Orange and blue stay apart for eyes that do not tell red from green; they differ in lightness,
# too. The hues are those of Okabe and Ito, "Color Universal Design" (2008).
COLORBLIND = Theme(
    name="qm-colorblind",
    dark=True,
    primary="#9ad0f5",
    secondary="#3d6f96",
    accent="#f0e442",
    foreground="#d5dbe3",
    background="#0f1419",
    surface="#0f1419",
    panel="#1b232d",
    success="#56b4e9",
    warning="#f0e442",
    error="#f08a3c",
    variables=dict(_DARK_VARIABLES),
)

COLORBLIND_LIGHT = Theme(
    name="qm-colorblind-light",
    dark=False,
    primary="#00466e",
    secondary="#6d93b5",
    accent="#6e4b00",
    foreground="#1c2733",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#e9e6de",
    success="#0062a3",
    warning="#6e4b00",
    error="#a83f00",
    variables=dict(_LIGHT_VARIABLES),
)

CONTRAST = Theme(
    name="qm-contrast",
    dark=True,
    primary="#7fd0ff",
    secondary="#2d6ea8",
    accent="#ffd75f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#5fff87",
    warning="#ffd75f",
    error="#ff8f8f",
    variables={
        "boost": "#303030",
        "block-cursor-background": "#ffff5f",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#4e4e4e",
        "block-cursor-blurred-foreground": "#ffffff",
        "text-muted": "#c6c6c6",
        "border": "#ffffff",
        "scrollbar": "#6c6c6c",
        "scrollbar-hover": "#9e9e9e",
        "scrollbar-active": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-corner-color": "#000000",
        "input-selection-background": "#005faf",
    },
)

CONTRAST_LIGHT = Theme(
    name="qm-contrast-light",
    dark=False,
    primary="#003c78",
    secondary="#5f87af",
    accent="#573200",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#e4e4e4",
    success="#00530c",
    warning="#573200",
    error="#8f0000",
    variables={
        "boost": "#d0d0d0",
        "block-cursor-background": "#003c78",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#c6c6c6",
        "block-cursor-blurred-foreground": "#000000",
        "text-muted": "#3a3a3a",
        "border": "#000000",
    },
)

# In the terminal's own 16 colors, over its own background, whatever that is.
SIXTEEN = Theme(
    name="qm-16",
    ansi=True,
    dark=True,
    primary="ansi_cyan",
    secondary="ansi_blue",
    accent="ansi_yellow",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "block-cursor-foreground": "ansi_bright_white",
        "block-cursor-background": "ansi_blue",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "ansi_default",
        "block-cursor-blurred-background": "ansi_default",
        "block-cursor-blurred-text-style": "reverse",
        "border": "ansi_blue",
        "border-blurred": "ansi_blue",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_bright_white",
        "screen-selection-background": "ansi_blue",
        "screen-selection-foreground": "ansi_bright_white",
    },
)

THEMES = (DARK, LIGHT, CONTRAST, CONTRAST_LIGHT, COLORBLIND, COLORBLIND_LIGHT, SIXTEEN)


def first_theme(wanted: str | None, known: Mapping[str, Theme], color_system: str | None) -> str:
    """Return the name of the theme to begin with.

    Args:
        wanted: What the configuration says; what there is none of counts as nothing said.
        known: All themes there are.
        color_system: What the terminal can, as Rich calls it.
    """
    if wanted is not None and wanted in known:
        return wanted
    # Of two shades that are apart, 16 colors make one: a cursor that is not to be seen.
    return SIXTEEN.name if color_system == "standard" else DARK.name
