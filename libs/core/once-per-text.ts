/** Beyond so many everything is made anew: texts come from outside, and memory stays bounded. */
const KEPT = 1_000;

/** `make`, done once for each of the texts that were asked for lately: for what the platform works out slowly, such as locales. */
export function oncePerText<V>(make: (text: string) => V): (text: string) => V {
  const made = new Map<string, { readonly value: V }>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known.value;
    const value = make(text);
    if (made.size >= KEPT) made.clear();
    made.set(text, { value });
    return value;
  };
}
