/** HTML as a string in which every text and every value of an attribute is escaped. Nothing else can be put in. */

/** Markup that was built here. */
export class Html {
  readonly source: string;

  private constructor(source: string) {
    this.source = source;
  }

  static element(
    tag: string,
    attributes: Readonly<Record<string, string | undefined>>,
    ...children: readonly Child[]
  ): Html {
    const given = Object.entries(attributes)
      .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(value)}"`]))
      .join('');
    return new Html(`<${tag}${given}>${inside(children)}</${tag}>`);
  }
}

export type Child = Html | string | undefined | readonly Child[];

export const element = Html.element;

function inside(children: readonly Child[]): string {
  return children
    .map((child) => {
      if (child === undefined) return '';
      if (typeof child === 'string') return escaped(child);
      return child instanceof Html ? child.source : inside(child);
    })
    .join('');
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
