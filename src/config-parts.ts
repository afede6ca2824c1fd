// What the keys of the configuration are made of.
import * as v from 'valibot';

export const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
export const count = (min: number, max: number): v.GenericSchema<number> =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );
export const absoluteUrl = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^/?#\s]+[^?#\s]*$/, 'must be an http(s) address without query'),
  v.check((address) => {
    const url = URL.parse(address);
    return url !== null && `${url.username}${url.password}` === '';
  }, 'must be an http(s) address, without a user or a password'),
);

/** An optional key with its default and its description. */
export function key<const S extends v.GenericSchema>(
  schema: S,
  fallback: v.InferInput<S>,
  description: string,
) {
  return v.optional(v.pipe(schema, v.description(description)), fallback);
}
