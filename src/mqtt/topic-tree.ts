/** Which subscriptions match a topic, without asking each of them: a tree with a level of the filter at every step. */

interface TreeNode<T> {
  readonly children: Map<string, TreeNode<T>>;
  readonly values: Set<T>;
}

function newNode<T>(): TreeNode<T> {
  return { children: new Map(), values: new Set() };
}

/**
 * Values under Topic Filters. Filters must be valid, and of a Shared Subscription the part behind the ShareName.
 * Adding a value twice under one filter keeps it once; under two filters, a topic may match it twice.
 */
export class TopicTree<T> {
  readonly #root: TreeNode<T> = newNode();

  add(filter: string, value: T): void {
    let node = this.#root;
    for (const level of filter.split('/')) {
      let child = node.children.get(level);
      if (child === undefined) {
        child = newNode();
        node.children.set(level, child);
      }
      node = child;
    }
    node.values.add(value);
  }

  /** Returns whether the value was there. */
  delete(filter: string, value: T): boolean {
    const levels = filter.split('/');
    const path: TreeNode<T>[] = [this.#root];
    let node = this.#root;
    for (const level of levels) {
      const child = node.children.get(level);
      if (child === undefined) return false;
      path.push(child);
      node = child;
    }
    const found = node.values.delete(value);
    for (let depth = levels.length; depth > 0; depth -= 1) {
      const last = path[depth];
      if (last === undefined || last.values.size > 0 || last.children.size > 0) break;
      path[depth - 1]?.children.delete(levels[depth - 1] ?? '');
    }
    return found;
  }

  /**
   * Every value under a filter that matches the Topic Name, once for each filter it is under. Works level by level and
   * not by recursion, so that a filter of 30,000 levels cannot exhaust the stack.
   */
  match(topic: string): T[] {
    const found: T[] = [];
    // v5 [MQTT-4.7.2-1]: a wildcard at the start does not match a topic that starts with $.
    let wildcards = !topic.startsWith('$');
    // Most topics lead down one path: `others` are made only where there are more.
    let node: TreeNode<T> | undefined = this.#root;
    let others: TreeNode<T>[] | undefined;
    for (let start = 0; start <= topic.length; ) {
      const slash = topic.indexOf('/', start);
      const end = slash < 0 ? topic.length : slash;
      const level = topic.slice(start, end);
      const fork: Fork<T> = { first: undefined, others: undefined };
      step(node, level, wildcards, found, fork);
      if (others !== undefined) for (const other of others) step(other, level, wildcards, found, fork);
      node = fork.first;
      others = fork.others;
      if (node === undefined) return found;
      wildcards = true;
      start = end + 1;
    }
    finish(node, found);
    if (others !== undefined) for (const other of others) finish(other, found);
    return found;
  }
}

/** Where one level leads. */
interface Fork<T> {
  first: TreeNode<T> | undefined;
  others: TreeNode<T>[] | undefined;
}

function step<T>(
  { children }: TreeNode<T>,
  level: string,
  wildcards: boolean,
  found: T[],
  fork: Fork<T>,
): void {
  if (children.size === 0) return;
  lead(children.get(level), fork);
  if (!wildcards) return;
  lead(children.get('+'), fork);
  addAll(found, children.get('#'));
}

function lead<T>(node: TreeNode<T> | undefined, fork: Fork<T>): void {
  if (node === undefined) return;
  if (fork.first === undefined) fork.first = node;
  else if (fork.others === undefined) fork.others = [node];
  else fork.others.push(node);
}

/** The topic ends here. */
function finish<T>(node: TreeNode<T>, found: T[]): void {
  addAll(found, node);
  addAll(found, node.children.get('#'));
}

function addAll<T>(found: T[], node: TreeNode<T> | undefined): void {
  if (node !== undefined) for (const value of node.values) found.push(value);
}
