import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { id as shell } from '../src/words';
import { en as shellEn } from '../src/words-en';
import * as batches from '../src/words-batches';
import * as analysis from '../src/words-analysis';
import * as details from '../src/words-details';
import * as intake from '../src/words-import';
import * as live from '../src/words-live';
import * as map from '../src/words-map';
import * as people from '../src/words-people';
import * as search from '../src/words-search';
import * as progress from '../src/words-progress';
import * as review from '../src/words-review';
import * as work from '../src/words-work';

const parts = [
  ['shell', shell, shellEn],
  ['batches', batches.id, batches.en],
  ['analysis', analysis.id, analysis.en],
  ['details', details.id, details.en],
  ['work', work.id, work.en],
  ['import', intake.id, intake.en],
  ['live', live.id, live.en],
  ['progress', progress.id, progress.en],
  ['review', review.id, review.en],
  ['map', map.id, map.en],
  ['people', people.id, people.en],
  ['search', search.id, search.en],
] as const;

const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();

describe.each(parts)('words of the %s', (_, id, en) => {
  it('has the same keys in both languages', () => expect(Object.keys(en).sort()).toEqual(Object.keys(id).sort()));
  it('fills in the same places in both languages', () => {
    for (const [key, text] of Object.entries(id)) expect([key, slots((en as Record<string, string>)[key]!)]).toEqual([key, slots(text)]);
  });
  it('has no empty text', () => {
    for (const text of [...Object.values(id), ...Object.values(en)]) expect(text.trim()).not.toBe('');
  });
});

it('no key belongs to two parts', () => {
  const keys = parts.flatMap(([, id]) => Object.keys(id));
  expect(new Set(keys).size).toBe(keys.length);
});

it('every word is said somewhere', () => {
  const code = readdirSync('src').filter((f) => f.endsWith('.ts') && !f.startsWith('words')).map((f) => readFileSync(`src/${f}`, 'utf8')).join('\n');
  const families = /^(batch_state|batch_step|batch_now|batch_did|batch_shade|dimension|saving|publish_to|step_is|sum|differs|mismatch|figure_wrong|mark|condition|operation|taken|kind|boundary|role|wrong|typed|gps|nudge|basemap|is|why|state|now|did|verb|step|signer|op|made|count|undone|recap|compare|placement|advice|person|outcome|audit|way|stand|progress_shade|classes|palette|level|analysis_unit|intake|list)_/;
  const unsaid = parts.flatMap(([, id]) => Object.keys(id)).filter((key) => !families.test(key) && !new RegExp(`['"\`]${key}['"\`]`).test(code));
  expect(unsaid).toEqual([]);
});
