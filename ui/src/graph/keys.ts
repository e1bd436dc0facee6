/** Walking through a graph by keys, in topological order. */

/** The node after a key was pressed on one; null if the key means nothing here. */
export function stepTo(order: readonly string[], from: string | null, key: string): string | null {
  if (order.length === 0) return null;
  const at = from === null ? -1 : order.indexOf(from);
  const target = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: order.length - 1,
  }[key];
  if (target === undefined) return null;
  return order[Math.min(order.length - 1, Math.max(0, target))] ?? null;
}
