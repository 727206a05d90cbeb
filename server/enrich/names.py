"""One name for each browser and operating system, wherever it was learned from, and who makes it."""

from collections.abc import Mapping

SYSTEM_NAMES: Mapping[str, str] = {"Mac OS X": "macOS", "Chromium OS": "Chrome OS"}
"""From what ua-parser or the platform hint say to our name. Others are called the same by both."""

SYSTEM_VENDORS: Mapping[str, str] = {
    "Android": "Google",
    "Chrome OS": "Google",
    "Windows": "Microsoft",
    "Windows Phone": "Microsoft",
    "iOS": "Apple",
    "macOS": "Apple",
    "ATV OS X": "Apple",
    "Ubuntu": "Canonical",
    "Fedora": "Fedora Project",
    "Debian": "Debian Project",
    "Tizen": "Samsung",
    "Web0S": "LG",
    "Roku": "Roku",
    "Kindle": "Amazon",
    "KaiOS": "KaiOS Technologies",
    "BlackBerry OS": "BlackBerry",
    "HarmonyOS": "Huawei",
}

BROWSER_VENDORS: Mapping[str, str] = {
    "Chrome": "Google",
    "Chrome Mobile": "Google",
    "Chrome Mobile WebView": "Google",
    "Chrome Mobile iOS": "Google",
    "HeadlessChrome": "Google",
    "Chromium": "Google",
    "Android": "Google",
    "Google": "Google",
    "Safari": "Apple",
    "Mobile Safari": "Apple",
    "Mobile Safari UI/WKWebView": "Apple",
    "Firefox": "Mozilla",
    "Firefox Mobile": "Mozilla",
    "Firefox iOS": "Mozilla",
    "Edge": "Microsoft",
    "Edge Mobile": "Microsoft",
    "IE": "Microsoft",
    "IE Mobile": "Microsoft",
    "Opera": "Opera",
    "Opera Mobile": "Opera",
    "Opera Mini": "Opera",
    "Samsung Internet": "Samsung",
    "Brave": "Brave",
    "Vivaldi": "Vivaldi",
    "DuckDuckGo": "DuckDuckGo",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Yandex Browser": "Yandex",
    "UC Browser": "UCWeb",
    "Huawei Browser": "Huawei",
    "MiuiBrowser": "Xiaomi",
    "Amazon Silk": "Amazon",
    "Kindle": "Amazon",
    "Oculus Browser": "Meta",
    "Facebook": "Meta",
    "Instagram": "Meta",
    "Googlebot": "Google",
    "bingbot": "Microsoft",
}

BRANDS: Mapping[str, tuple[str, str]] = {
    "Google Chrome": ("Chrome", "Chrome Mobile"),
    "Android WebView": ("Chrome Mobile WebView", "Chrome Mobile WebView"),
    "Microsoft Edge": ("Edge", "Edge Mobile"),
    "Microsoft Edge WebView2": ("Edge", "Edge Mobile"),
    "Opera": ("Opera", "Opera Mobile"),
    "OperaMobile": ("Opera Mobile", "Opera Mobile"),
    "YaBrowser": ("Yandex Browser", "Yandex Browser"),
    "Yandex": ("Yandex Browser", "Yandex Browser"),
    "DuckDuckGo": ("DuckDuckGo", "DuckDuckGo Mobile"),
}
"""From the brand of a client hint to the browser's name, on a desktop and on a phone. Others are called as they say."""

GENERIC_BRANDS = frozenset({"Google Chrome", "Chromium", "Android WebView"})
"""Brands that many browsers give beside, or instead of, their own."""

GENERIC_BROWSERS = frozenset({"Chrome", "Chrome Mobile", "Chrome Mobile WebView", None})
"""What the User-Agent of a browser made from Chromium says when it says nothing of its own; None: there is none."""
