/**
 * Every word and sentence of the page in English, by key. Places in braces are filled by `formatTemplate`.
 * A key that ends in `.one` or `.other` is chosen by the number it speaks of.
 */
export const pageStrings: Readonly<Record<string, string>> = {
  'page.title': 'MQTT sessions',
};
