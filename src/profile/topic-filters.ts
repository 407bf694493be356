/** What two Topic Filters have in common. */

/** Whether some Topic Name matches both (v5 4.7.1, 4.7.2). Both must be valid, and no Shared Subscriptions. */
export function filtersOverlap(one: string, other: string): boolean {
  if (isWildcard(one[0]) ? other.startsWith('$') : one.startsWith('$') && isWildcard(other[0])) return false;
  const a = one.split('/');
  const b = other.split('/');
  for (let level = 0; ; level += 1) {
    const left = a[level];
    const right = b[level];
    if (left === '#' || right === '#') return true;
    if (left === undefined || right === undefined) return left === right;
    if (left !== '+' && right !== '+' && left !== right) return false;
  }
}

const isWildcard = (character: string | undefined): boolean => character === '+' || character === '#';
