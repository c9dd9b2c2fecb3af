"""The color of each verdict and severity."""

VERDICTS = {
    "complete": "green",
    "flawed": "yellow",
    "recording": "cyan",
    "unknown": "magenta",
    "incomplete": "red",
    "damaged": "red",
    "unfinished": "red",
    "gone": "bright_black",
}
SEVERITIES = {"error": "red", "warning": "yellow", "info": "cyan"}
