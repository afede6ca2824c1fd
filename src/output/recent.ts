// What was made of the values that came lately: clients are many, and what they send in a field is mostly the same.

/** Beyond that all are forgotten. */
const VALUES_MAX = 64;
/** Of a value that is remembered; browsers and readers send less. characters */
const LENGTH_MAX = 128;

/** `make` as it was, but not called again for a value that came lately. */
export function remembering<Made>(make: (value: string) => Made): (value: string) => Made {
  const recent = new Map<string, Made>();
  return (value) => {
    const before = recent.get(value);
    if (before !== undefined) return before;
    const made = make(value);
    if (value.length > LENGTH_MAX) return made;
    if (recent.size >= VALUES_MAX) recent.clear();
    recent.set(value, made);
    return made;
  };
}
