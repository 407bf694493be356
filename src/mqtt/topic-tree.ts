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
    const system = topic.startsWith('$');
    const levels = topic.split('/');
    let nodes: TreeNode<T>[] = [this.#root];
    for (let depth = 0; depth < levels.length; depth += 1) {
      const level = levels[depth] ?? '';
      const next: TreeNode<T>[] = [];
      for (const node of nodes) {
        const exact = node.children.get(level);
        if (exact !== undefined) next.push(exact);
        // v5 [MQTT-4.7.2-1]: a wildcard at the start does not match a topic that starts with $.
        if (depth === 0 && system) continue;
        const single = node.children.get('+');
        if (single !== undefined) next.push(single);
        addAll(found, node.children.get('#'));
      }
      nodes = next;
      if (nodes.length === 0) return found;
    }
    for (const node of nodes) {
      addAll(found, node);
      addAll(found, node.children.get('#'));
    }
    return found;
  }
}

function addAll<T>(found: T[], node: TreeNode<T> | undefined): void {
  if (node !== undefined) for (const value of node.values) found.push(value);
}
