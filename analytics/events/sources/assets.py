"""Requests for the parts of a page, which are no pages: style sheets, scripts, pictures, fonts, sound and video."""

from __future__ import annotations

_CODE = ("css", "js", "mjs", "map", "webmanifest", "woff", "woff2", "ttf", "otf", "eot", "swf")
_PICTURES = ("png", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "avif", "apng", "svg", "svgz", "ico", "cur", "bmp")
_SCANS = ("tif", "tiff", "heic")
_SOUND = ("mp3", "m4a", "aac", "ogg", "oga", "opus", "wav", "flac")
_VIDEO = ("mp4", "m4v", "m4s", "m3u8", "ts", "webm", "ogv", "mov", "avi", "mpg", "mpeg", "flv", "mkv", "vtt")
_SUFFIXES = frozenset((*_CODE, *_PICTURES, *_SCANS, *_SOUND, *_VIDEO))
_TYPES = ("image/", "font/", "audio/", "video/", "text/css", "text/javascript", "application/javascript")


def is_asset(path: str) -> bool:
    """Tell by the suffix of a path, without its query, whether it leads to a part of a page.

    Examples
    --------
    >>> is_asset("/static/site.CSS"), is_asset("/2026/03/a-story.html"), is_asset("/v1.js/story")
    (True, False, False)
    """
    return path.rpartition(".")[2].lower() in _SUFFIXES


def is_asset_type(content_type: str) -> bool:
    """Tell by the type of an answer, in lower case, whether it is a part of a page.

    Examples
    --------
    >>> is_asset_type("image/webp"), is_asset_type("text/html")
    (True, False)
    """
    return content_type.startswith(_TYPES)
