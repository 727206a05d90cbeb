/** What is there when the fragments run: see static/build.mjs. */
declare const $h: { start?: unknown; [name: string]: any };
declare const __HELIOGRAPH_VERSION__: string;
declare const __BUILD_PATH__: string;
declare const __TAG_URL__: string;
declare const __NEXT_PATH__: string;
declare const __SHARE__: number;
declare const __COOKIE__: string;
declare let __PICK__: string;
