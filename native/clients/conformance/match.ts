// Whether a value is as the suite wants it: objects may have more fields, arrays may not have more items.
//   {"$near": 0.5}          a number within 1e-5 of it
//   {"$items": 3}           an array or text of that length
//   {"$matches": "^a"}      text of that shape
//   {"$from": 2, "$to": 3}  a number in that range
//   {"$absent": true}       a field that is not there, or null
//   {"$type": "number"}     any value of that type
//   {"$has": {...}}         an array with such an item

const NEAR = 1e-5;

type Check = (actual: unknown, argument: never) => boolean;

const CHECKS: Record<string, Check> = {
  $near: (actual, to: number) => typeof actual === "number" && Math.abs(actual - to) <= NEAR,
  $items: (actual, n: number) => (actual as {length?: number} | null)?.length === n,
  $matches: (actual, shape: string) => typeof actual === "string" && new RegExp(shape, "u").test(actual),
  $from: (actual, from: number) => typeof actual === "number" && actual >= from,
  $to: (actual, to: number) => typeof actual === "number" && actual <= to,
  $type: (actual, type: string) => typeof actual === type,
  $has: (actual, item: unknown) =>
    Array.isArray(actual) && actual.some((one) => differences(one, item).length === 0),
  $absent: (actual) => actual === undefined || actual === null,
};

/** Where and how `actual` differs; empty when it is as wanted. */
export function differences(actual: unknown, wanted: unknown, at = "$"): string[] {
  const differs = [`${at}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)?.slice(0, 200)}`];
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length) return differs;
    return wanted.flatMap((one, i) => differences(actual[i], one, `${at}[${i}]`));
  }
  if (typeof wanted !== "object" || wanted === null) return Object.is(actual, wanted) ? [] : differs;
  const fields = Object.entries(wanted);
  if (fields.length > 0 && fields.every(([name]) => name in CHECKS))
    return fields.every(([name, argument]) => CHECKS[name]?.(actual, argument as never)) ? [] : differs;
  if (typeof actual !== "object" || actual === null) return differs;
  return fields.flatMap(([name, one]) =>
    differences((actual as Record<string, unknown>)[name], one, `${at}.${name}`),
  );
}
