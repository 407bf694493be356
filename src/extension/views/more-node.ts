import type { SessionsNode } from './sessions-model.ts';

/** The last of a list that is cut off: says how many there are beside it. */
export function moreNode(of: string, label: string): SessionsNode {
  return {
    kind: 'more',
    id: `more ${of}`,
    label,
    description: '',
    spoken: label,
    icon: { name: 'ellipsis' },
    context: ';more;',
    children: [],
  };
}
