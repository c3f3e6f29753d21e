/** Which build of the program this is: the copies that one build keeps for itself, another one does not read. */
declare const __BUILD__: string | undefined;

/** Different for any two builds of different sources; the same word for sources that run without having been built. */
export const BUILD: string = typeof __BUILD__ === 'undefined' ? 'source' : __BUILD__;
