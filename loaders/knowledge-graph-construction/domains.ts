// Which passages a domain has, and which questions are about it: chosen by what they are filed under, before anything is
// measured.
import type {PassageText, QueryRow} from "../datasets/wikispeedia-minilm.ts";
import {permutation} from "../lab/statistics/random.ts";

/** The first part of all of a passage's categories, and how many passages of it are taken: tasks.md, 101. */
export const DOMAINS: Readonly<Record<string, number>> = {
  Science: 3_500,
  History: 3_500,
  Everyday_life: 3_000,
};

export interface Domain {
  name: string;
  /** Of the dataset, in the order in which they are stored. */
  passages: number[];
  /** What each is filed under first, whole: the class that a concept is compared with. */
  classes: string[];
  /** Questions whose answer is among them. */
  questions: {row: number; answer: number}[];
}

/** The domain of a passage that is filed in one only. */
function domainOf({categories}: PassageText): string | undefined {
  const tops = new Set(categories.map((category) => category.split(".", 1)[0]));
  return tops.size === 1 ? [...tops][0] : undefined;
}

/** Passages that a question asks for come first, so that there are questions enough; then others, drawn at random;
 *  then all in random order. `scale`: the share of the sizes that is taken, 0…1. */
export function domains(
  texts: readonly PassageText[],
  queries: readonly QueryRow[],
  random: () => number,
  scale = 1,
): Domain[] {
  const answers = new Map(
    queries.flatMap(({row, answer_id}) => (answer_id === null ? [] : [[answer_id, row] as const])),
  );
  return Object.entries(DOMAINS).map(([name, whole]) => {
    const size = Math.round(scale * whole);
    const all = texts.flatMap((text, id) => (domainOf(text) === name ? [id] : []));
    const shuffled = [...permutation(all.length, random)].map((at) => all[at] as number);
    const [asked, others] = [
      shuffled.filter((id) => answers.has(id)),
      shuffled.filter((id) => !answers.has(id)),
    ];
    const taken = [...asked, ...others].slice(0, size);
    const passages = [...permutation(taken.length, random)].map((at) => taken[at] as number);
    return {
      name,
      passages,
      classes: passages.map((id) => texts[id]?.categories[0] ?? ""),
      questions: passages.flatMap((answer) => {
        const row = answers.get(answer);
        return row === undefined ? [] : [{row, answer}];
      }),
    };
  });
}
