"""The monitor's own colors: a dark theme, which is the default, and a light one."""

from textual.theme import Theme

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
    boost="#26313d",
    success="#7fc98f",
    warning="#e5b567",
    error="#ef7d7d",
    variables={
        "block-cursor-background": "#2b5278",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#22303e",
        "block-cursor-blurred-foreground": "#d5dbe3",
        "text-muted": "#7d8896",
        "border": "#3d6f96",
        "scrollbar": "#2a3541",
        "scrollbar-hover": "#3d4c5c",
        "scrollbar-active": "#5aa9e6",
        "scrollbar-background": "#0f1419",
        "scrollbar-corner-color": "#0f1419",
        "input-selection-background": "#2b5278",
    },
)

LIGHT = Theme(
    name="qm-light",
    dark=False,
    primary="#1f5f99",
    secondary="#6d93b5",
    accent="#8a5a00",
    foreground="#1c2733",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#e9e6de",
    boost="#dedad0",
    success="#1d7a3a",
    warning="#8a5a00",
    error="#b3261e",
    variables={
        "block-cursor-background": "#bcd7f0",
        "block-cursor-foreground": "#0d1a26",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#dbe6ef",
        "block-cursor-blurred-foreground": "#1c2733",
        "text-muted": "#6a7480",
        "border": "#6d93b5",
    },
)

THEMES = (DARK, LIGHT)
