import { debounced, h } from './dom';

/** What a combobox asks and does. */
interface Parts<Result> {
  /** Of the list of results, which are numbered below it. */
  id: string;
  label: string;
  /** Where the list stands, below the field. */
  box: HTMLElement;
  ask: (q: string, signal: AbortSignal) => Promise<Result[]>;
  line: (result: Result) => Node[];
  choose: (result: Result) => void;
  /** What is said about the results, also when there are none. */
  said: (n: number, q: string) => string;
}

/**
 * Makes a field a combobox whose list is walked with the arrow keys (WAI-ARIA APG): from the
 * second letter on it asks for results, the latest answer counts. Returns what empties the list.
 */
export function combobox<Result>(input: HTMLInputElement, { id, label, box, ask, line, choose, said }: Parts<Result>): () => void {
  for (const [name, value] of Object.entries({ role: 'combobox', autocomplete: 'off', spellcheck: 'false', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': id })) {
    input.setAttribute(name, value);
  }
  const list = h('ul', { id, role: 'listbox', 'aria-label': label });
  const none = h('p.quiet', { hidden: true });
  const status = h('p.sr', { role: 'status' });
  box.append(list, none);
  box.after(status);

  let results: Result[] = [];
  let active = -1;
  let asking: AbortController | null = null;

  const mark = (index: number): void => {
    active = index;
    [...list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === active)));
    const option = list.children[active];
    if (option) {
      input.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const expand = (open: boolean): void => {
    box.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
    if (!open) mark(-1);
  };
  const take = (index: number): void => {
    const result = results[index];
    if (!result) return;
    expand(false);
    choose(result);
  };
  const look = debounced(150, async (q: string) => {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await ask(q, asking.signal);
      if (input.value.trim() !== q) return;
      results = answer;
    } catch {
      return;
    }
    list.replaceChildren(
      ...results.map((result, i) =>
        h('li', { id: `${id}-${i}`, role: 'option', 'aria-selected': 'false', onpointerdown: (e: Event) => e.preventDefault(), onclick: () => take(i) }, ...line(result)),
      ),
    );
    status.textContent = said(results.length, q);
    none.textContent = results.length ? '' : status.textContent;
    none.hidden = results.length > 0;
    expand(true);
    mark(-1);
  });
  const drop = (): void => {
    results = [];
    asking?.abort();
    expand(false);
  };

  input.addEventListener('input', () => {
    const q = input.value.trim();
    if (q.length < 2) drop();
    else look(q);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!results.length) return;
      event.preventDefault();
      if (box.hidden) expand(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      mark((active + step + results.length) % results.length);
    } else if (event.key === 'Enter' && results.length) {
      event.preventDefault();
      if (!box.hidden) take(Math.max(0, active));
    } else if (event.key === 'Escape') {
      if (box.hidden) input.value = '';
      else event.preventDefault(); // closes the list, not the dialog around it
      expand(false);
    }
  });
  input.addEventListener('focus', () => results.length && input.value.trim().length > 1 && expand(true));
  input.addEventListener('blur', () => expand(false));
  return drop;
}
