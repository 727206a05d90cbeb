"""User-Agent strings as browsers, consoles, televisions, in-app browsers, bots and programs send them."""

# ruff: noqa: E501  (they are as they were sent)

from typing import NamedTuple

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


class Said(NamedTuple):
    """What should be understood: browser, system, kind of device, maker and model, bot."""

    text: str
    browser: str | None
    system: str | None
    device: str | None
    maker: str | None = None
    model: str | None = None
    bot: str | None = None


AGENTS = (
    # Desktop
    Said(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        "Chrome 141.0.0",
        "Windows 10",
        "desktop",
    ),
    Said(
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36", "Chrome 141.0.0", "Linux", "desktop"
    ),
    Said(
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        "Chrome 141.0.0",
        "Chrome OS 14541.0.0",
        "desktop",
    ),
    Said(
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Version/18.6 Safari/605.1.15",
        "Safari 18.6",
        "macOS 10.15.7",
        "desktop",
        "Apple",
        "Mac",
    ),
    Said(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0",
        "Firefox 143.0",
        "macOS 10.15",
        "desktop",
        "Apple",
        "Mac",
    ),
    Said(
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        "Firefox 143.0",
        "Ubuntu",
        "desktop",
    ),
    Said(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
        "Edge 141.0.0",
        "Windows 10",
        "desktop",
    ),
    Said(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/139.0.0.0 Safari/537.36 OPR/123.0.0.0",
        "Opera 123.0.0",
        "Windows 10",
        "desktop",
    ),
    Said(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.6",
        "Vivaldi 7.0.3495",
        "Windows 10",
        "desktop",
    ),
    Said("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "IE 11.0", "Windows 7", "desktop"),
    # Phones
    Said(
        f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36",
        "Chrome Mobile 141.0.0",
        "Android",
        "mobile",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        "Samsung Internet 28.0",
        "Android",
        "mobile",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 13; SM-S918B) {WEBKIT} Chrome/112.0.0.0 Mobile Safari/537.36",
        "Chrome Mobile 112.0.0",
        "Android 13",
        "mobile",
        "Samsung",
        "SM-S918B",
    ),
    Said(
        "Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
        "Firefox Mobile 143.0",
        "Android 14",
        "mobile",
    ),
    Said(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        "Mobile Safari 18.6",
        "iOS 18.6",
        "mobile",
        "Apple",
        "iPhone",
    ),
    Said(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
        "Chrome Mobile iOS 126.0.6478",
        "iOS 17.5",
        "mobile",
        "Apple",
        "iPhone",
    ),
    Said(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) EdgiOS/125.0.2535.60 Version/17.0 Mobile/15E148 Safari/604.1",
        "Edge Mobile 125.0.2535",
        "iOS 17.5.1",
        "mobile",
        "Apple",
        "iPhone",
    ),
    Said(
        "Opera/9.80 (Android; Opera Mini/36.2.2254/191.283; U; en) Presto/2.12.423 Version/12.16",
        "Opera Mini 36.2.2254",
        "Android",
        "mobile",
    ),
    Said(
        "Mozilla/5.0 (Mobile; LYF/F90M/LYF-F90M-000-02-28-130318; Android; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.0",
        "Firefox Mobile 48.0",
        "KaiOS 2.0",
        "mobile",
        "LYF",
        "F90M",
    ),
    # In-app browsers
    Said(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "Mobile Safari UI/WKWebView",
        "iOS 17.5",
        "mobile",
        "Apple",
        "iPhone",
    ),
    Said(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/450.0.0.38.108;FBBV/564431005;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.4.1;FBSS/3;FBID/phone;FBLC/de_DE;FBOP/5]",
        "Facebook 450.0.0",
        "iOS 17.4.1",
        "mobile",
        "Apple",
        "iPhone14,5",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A.230803.041; wv) {WEBKIT} Version/4.0 Chrome/120.0.6099.43 Mobile Safari/537.36",
        "Chrome Mobile WebView 120.0.6099",
        "Android 14",
        "mobile",
        "Google",
        "Pixel 8",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 12; SM-G991B Build/SP1A.210812.016; wv) {WEBKIT} Version/4.0 Chrome/113.0.5672.77 Mobile Safari/537.36 Instagram 283.0.0.20.105 Android (31/12; 480dpi; 1080x2176; samsung; SM-G991B; o1s; exynos2100; de_DE; 475221264)",
        "Instagram 283.0.0",
        "Android 12",
        "mobile",
        "Samsung",
        "SM-G991B",
    ),
    # Tablets
    Said(
        "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
        "Mobile Safari 16.6",
        "iOS 16.6",
        "tablet",
        "Apple",
        "iPad",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 12; SM-T970) {WEBKIT} Chrome/110.0.0.0 Safari/537.36",
        "Chrome 110.0.0",
        "Android 12",
        "tablet",
        None,
        "SM-T970",
    ),
    Said(
        "Mozilla/5.0 (Android 13; Tablet; rv:143.0) Gecko/143.0 Firefox/143.0",
        "Firefox Mobile 143.0",
        "Android 13",
        "tablet",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 9; KFTRWI) {WEBKIT} Silk/119.3.1 like Chrome/119.0.6045.193 Safari/537.36",
        "Amazon Silk 119.3.1",
        "Android 9",
        "tablet",
        "Amazon",
        "Kindle",
    ),
    # E-readers
    Said(
        "Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 Safari/533.2+ Kindle/3.0+",
        "Kindle 3.0",
        "Kindle 3.0",
        "ereader",
        "Amazon",
        "Kindle 3.0",
    ),
    Said(
        "Mozilla/5.0 (Linux; U; Android 2.0; en-us;) AppleWebKit/538.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/538.1 (Kobo Touch 0373/4.38.21908)",
        "Android 2.0",
        "Android 2.0",
        "ereader",
        "Kobo",
        "Kobo Touch",
    ),
    # Game consoles
    Said(
        "Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
        "Safari 13.0",
        None,
        "gaming",
        "Sony",
        "PlayStation 5",
    ),
    Said(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) {WEBKIT} Chrome/118.0.0.0 Safari/537.36 Edg/118.0.2088.76",
        "Edge 118.0.2088",
        "Windows 10",
        "gaming",
    ),
    Said(
        "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3 NintendoBrowser/5.1.0.22474",
        None,
        None,
        "gaming",
        "Nintendo",
        "Switch",
    ),
    # Televisions and what stands under them
    Said(
        f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) {WEBKIT} 94.0.4606.31/7.0 TV Safari/537.36",
        "Safari",
        "Tizen 7.0",
        "television",
        "Samsung",
        "SMART-TV",
    ),
    Said(
        f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/87.0.4280.88 Safari/537.36 WebAppManager",
        "Chrome 87.0.4280",
        "Web0S",
        "television",
        "LG",
        "Web0S SmartTV",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2 Build/PTT1.190515.001.S104) {WEBKIT} Chrome/92.0.4515.159 Safari/537.36",
        "Chrome 92.0.4515",
        "Android 9",
        "television",
        None,
        "BRAVIA 4K UR2",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 7.1.2; AFTMM Build/NS6265; wv) {WEBKIT} Version/4.0 Chrome/70.0.3538.110 Mobile Safari/537.36",
        "Chrome Mobile WebView 70.0.3538",
        "Android 7.1.2",
        "settop",
        None,
        "AFTMM",
    ),
    Said(
        "AppleCoreMedia/1.0.0.20L563 (Apple TV; U; CPU OS 16_5 like Mac OS X; en_us)",
        None,
        "ATV OS X",
        "settop",
        "Apple",
        "AppleTV",
    ),
    Said("Roku/DVP-12.0 (12.0.0.4182-88)", "Roku 12.0", "Roku 12.0", "settop", None, "Roku"),
    # Bots and automation
    Said(
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Googlebot 2.1",
        None,
        None,
        bot="Googlebot",
    ),
    Said(
        f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {WEBKIT} Chrome/141.0.7390.54 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Googlebot 2.1",
        "Android 6.0.1",
        None,
        bot="Googlebot",
    ),
    Said(
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "bingbot 2.0",
        None,
        None,
        bot="bingbot",
    ),
    Said(
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "GPTBot 1.2",
        None,
        None,
        bot="GPTBot",
    ),
    Said(
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "FacebookBot 1.1",
        None,
        None,
        bot="FacebookBot",
    ),
    Said("Twitterbot/1.0", "Twitterbot 1.0", None, None, bot="Twitterbot"),
    Said(
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/141.0.0.0 Safari/537.36",
        "HeadlessChrome 141.0.0",
        "Linux",
        "desktop",
        bot="HeadlessChrome",
    ),
    Said(
        "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
        "PhantomJS 2.1.1",
        "Linux",
        None,
        bot="PhantomJS",
    ),
    # Programs, and nonsense
    Said("curl/8.5.0", "curl 8.5.0", None, None),
    Said("python-requests/2.31.0", "Python Requests 2.31", None, None),
    Said("okhttp/4.12.0", "okhttp 4.12.0", None, None),
    Said("-", None, None, None),
    Said("", None, None, None),
    Said("\x00\x7f\U0001f600", None, None, None),
)
