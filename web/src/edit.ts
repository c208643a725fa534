import { type Answer, type AssetType, type Feature, type Item, pathOf, Problem } from './api';
import { type App, mayEdit, pointOf, typeOf } from './app';
import { type ClaimField, claimField, coversSeveral } from './claim';
import { conflictForm } from './conflict';
import { badge, debounced, h } from './dom';
import { type Draft, dropDraft, keepDraft } from './draft';
import { metresBetween } from './coordinates';
import { showDuplicates } from './duplicate';
import { makeFields } from './fields';
import { changesOf, conflictsOf, type Control, controlsOf, moveReasonControl, reasonControl, same, type Values } from './form';
import { formatNumber, formatPoint, t, tText } from './i18n';
import { icon } from './icons';
import { showPin } from './pin';
import { choosePlace } from './place';
import { fieldOf, type Proposal, proposalOf, reasonMetres, reviewSteps, saySent, waitingOf } from './proposal';
import { sendUntilAnswered, type SaveState, waitForNetwork } from './save';
import { logIn } from './session';

/**
 * The form of one asset, from a draft: a new one, a change of the answers, a move (which
 * asks nothing unless the server does, and is sent at once), or the correction of a proposal.
 * The draft is kept until the server answers; *Tersimpan* is said only then, and *Terkirim*
 * where the change waits for review.
 */
export function openForm(app: App, draft: Draft): void {
  const type = typeOf(app, draft.type);
  if (!type) return;
  const form = new Form(app, draft, type);
  form.show();
  if (draft.kind === 'move') void form.save();
}

class Form {
  private readonly app: App;
  private readonly draft: Draft;
  private readonly type: AssetType;
  private readonly controls: Control[];
  private fields;
  private readonly summary = h('div', { id: 'form-summary', tabindex: '-1' });
  private readonly state = h('p.save-state', { id: 'save-state', role: 'status' });
  private readonly submit = h('button.button.primary.grow', { type: 'submit', id: 'save' }, t('save'));
  private readonly fieldBox = h('div');
  private readonly areaLine = h('p.small.quiet');
  private readonly claim: ClaimField | null;
  private stop = new AbortController();
  private allowDuplicate = false;
  private readonly keep = debounced(150, () => this.keepNow());

  constructor(app: App, draft: Draft, type: AssetType) {
    this.app = app;
    this.draft = draft;
    this.type = type;
    this.controls = draft.kind === 'move' ? [] : controlsOf(type, draft.areaKind);
    if (draft.values.placement_reason) this.controls.push(reasonControl);
    if (draft.values.reason) this.controls.push(moveReasonControl);
    this.fields = this.makeFields();
    this.submit.textContent = t(draft.proposal ? 'send_again' : this.reviewed() ? 'send_for_review' : 'save');
    const asks = draft.kind === 'create' && coversSeveral(app);
    this.claim = asks ? claimField(app, draft, () => (this.sayArea(), this.keepNow())) : null;
    this.sayArea();
  }

  private makeFields(): ReturnType<typeof makeFields> {
    return makeFields(this.controls, this.draft.values, this.keep, this.draft.proposal?.notes);
  }

  /** Whether what is sent waits for review before it is published. */
  private reviewed(): boolean {
    return reviewSteps(this.app.session.settings?.review ?? [], this.type.name, this.draft.areaCode).length > 0;
  }

  private sayArea(): void {
    this.areaLine.textContent = this.draft.areaName || t('area_by_point');
  }

  show(): void {
    const { draft, type } = this;
    const title = draft.kind === 'create' ? t('new_of', { type: tText(type.label) }) : t(draft.proposal ? 'correct_of' : draft.kind === 'edit' ? 'edit_of' : 'move_of', { name: draft.base?.properties.name ?? '' });
    this.fieldBox.replaceChildren(this.fields.node);
    const form = h(
      'form.form',
      { id: 'form', novalidate: true, onsubmit: (event: Event) => (event.preventDefault(), void this.save()) },
      h(
        'header.details-head',
        null,
        badge(type, '.large'),
        h('div.two', null, h('h2', null, title), this.areaLine),
        h('button.button.plain.square', { type: 'button', id: 'form-cancel', 'aria-label': t('cancel'), onclick: () => this.cancel() }, icon('close')),
      ),
      draft.proposal?.said ? h('p.notice', { id: 'form-note' }, draft.proposal.said) : null,
      this.summary,
      this.pointLine(),
      this.claim?.node ?? null,
      this.fieldBox,
      h('div.form-foot', null, this.state, h('div.row', null, this.submit, h('button.button', { type: 'button', onclick: () => this.cancel() }, t('cancel')))),
    );
    this.app.panel.show('form', form, {
      size: 'full',
      leave: () => {
        showPin(false);
        this.stop.abort(new DOMException('left', 'AbortError'));
        delete document.documentElement.dataset.save;
      },
    });
    if (draft.point && this.app.map) {
      showPin(true);
      this.app.map.jump(draft.point);
    }
    this.keepNow();
    if (draft.kind !== 'move') this.fields.focus('name');
  }

  private pointLine(): HTMLElement | null {
    const { draft } = this;
    if (draft.kind === 'edit' && !draft.proposal) return null;
    const note = draft.proposal?.notes.geometry;
    return h(
      'div',
      null,
      h(
        'div.point-line',
        { id: 'form-point' },
        icon('gps'),
        h('span.grow', null, draft.point ? formatPoint(draft.point) : t('is_without_point')),
        h('button.button.plain', { type: 'button', id: 'change-point', onclick: () => this.changePoint() }, t('change_point')),
      ),
      note ? h('p.field-note', null, note) : null,
    );
  }

  private keepNow(): void {
    this.draft.values = { ...this.draft.values, ...this.fields.peek() };
    keepDraft(this.draft);
  }

  private cancel(): void {
    dropDraft();
    const { base, proposal } = this.draft;
    if (proposal) this.app.view('perubahan', String(proposal.id));
    else if (base) this.app.open({ collection: this.draft.type, id: base.id });
    else this.app.home();
  }

  private changePoint(): void {
    this.keepNow();
    const { draft, app, type } = this;
    const owned = draft.base !== undefined;
    choosePlace(app, {
      type,
      title: draft.base ? t('move_of', { name: draft.base.properties.name }) : t('place_of', { type: tText(type.label) }),
      start: draft.point,
      areaCode: owned ? draft.areaCode : '',
      areaName: owned ? draft.areaName : '',
      dropped: (place) => openForm(app, { ...draft, ...place, values: { ...draft.values, placement_reason: null } }),
      cancelled: () => openFormQuietly(app, draft),
    });
  }

  /** The member of a Feature that this draft would send. */
  private body({ reason: _, ...values }: Values): { geometry?: unknown; properties: Values } {
    const { draft } = this;
    const geometry = draft.point ? { type: 'Point', coordinates: draft.point } : null;
    const taken: Values = draft.fix ? { taken_by: draft.fix.takenBy, accuracy_m: draft.fix.accuracy, taken_at: draft.fix.at } : {};
    if (draft.kind === 'create') {
      const filled = Object.fromEntries(Object.entries({ ...values, ...taken }).filter(([, value]) => value !== null));
      return { geometry, properties: { ...filled, uuid: draft.uuid, ...(draft.areaCode && { area_code: draft.areaCode }) } };
    }
    if (draft.kind === 'move') return { geometry, properties: { ...taken, ...values } };
    const changed = changesOf(draft.base!.properties, values);
    return draft.fix ? { geometry, properties: { ...changed, ...taken } } : { properties: changed };
  }

  /** Asks why a published point goes far, once; the server asks too. */
  private unreasoned(): boolean {
    const { draft } = this;
    const from = draft.base && pointOf(draft.base);
    if (draft.kind !== 'move' || !from || !draft.point || this.controls.includes(moveReasonControl) || !this.reviewed()) return false;
    const metres = metresBetween(from, draft.point);
    if (metres <= reasonMetres) return false;
    this.askReason(moveReasonControl);
    this.problem(t('moved_far', { m: formatNumber(metres) }));
    this.fields.focus('reason');
    return true;
  }

  async save(): Promise<void> {
    this.summary.replaceChildren();
    const values = this.fields.read();
    const unclaimed = this.claim !== null && !this.draft.areaCode;
    if (!values) this.pointAtErrors();
    if (unclaimed) this.unclaimed(t('wrong_required'));
    if (!values || unclaimed || this.unreasoned()) return;
    this.keepNow();
    const { draft, app } = this;
    const body = this.body(values);
    if (draft.kind === 'edit' && !draft.proposal && !Object.keys(body.properties).length) {
      dropDraft();
      return app.open({ collection: draft.type, id: draft.base!.id });
    }
    this.busy(true);
    const { wait, now } = waitForNetwork(this.stop.signal);
    try {
      const answer = await sendUntilAnswered(() => this.send(body), (state) => this.say(state, now), wait);
      this.saved(answer);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.busy(false);
      await this.refused(error, body);
    }
  }

  private unclaimed(message: string): void {
    this.problem(t('look_again'));
    this.claim?.blame(message);
  }

  private send(body: { geometry?: unknown; properties: Values }): Promise<Answer<Feature | Proposal>> {
    const { draft, app } = this;
    const signal = this.stop.signal;
    const reason = String(draft.values.reason ?? '');
    if (draft.proposal) {
      const { id, version } = draft.proposal;
      return app.api.send<Proposal>(`/api/proposals/${id}`, { method: 'PATCH', body: { version, feature: body, ...(reason && { reason }) }, signal });
    }
    if (draft.kind === 'create') {
      const path = `/api/collections/${draft.type}/items${this.allowDuplicate ? '?allow_duplicate=true' : ''}`;
      return app.api.send<Feature>(path, { method: 'POST', type: 'application/geo+json', body: { type: 'Feature', ...body }, signal });
    }
    const item: Item = { collection: draft.type, id: draft.base!.id };
    return app.api.send<Feature>(pathOf(item) + (this.allowDuplicate ? '?allow_duplicate=true' : ''), {
      method: 'PATCH',
      type: 'application/merge-patch+json',
      headers: { 'If-Match': draft.etag! },
      body,
      reason,
      signal,
    });
  }

  private busy(is: boolean): void {
    (this.submit as HTMLButtonElement).disabled = is;
    if (!is) this.state.replaceChildren();
  }

  private say(state: SaveState, now: () => void): void {
    document.documentElement.dataset.save = state.kind;
    if (state.kind === 'sending') return this.state.replaceChildren(t('saving'));
    this.state.className = 'save-state notice';
    this.state.replaceChildren(t(this.app.api.staleSince ? 'save_waiting_stale' : 'save_waiting', { s: state.seconds }), ' ', h('button.button.plain', { type: 'button', onclick: now }, t('save_now')));
  }

  private saved({ data }: Answer<Feature | Proposal>): void {
    dropDraft();
    const proposal = proposalOf(data);
    document.documentElement.dataset.save = proposal ? 'sent' : 'saved';
    if (proposal) saySent(this.app, proposal);
    else this.published(data as Feature);
  }

  private published(feature: Feature): void {
    const held = feature.properties.placement === 'held';
    this.app.toast(held ? t('saved_held') : t('saved'), { good: !held, seconds: held ? 12 : 5 });
    this.app.changed();
    if (held && this.draft.kind === 'create') this.app.view('doubts', `${this.draft.type}/${feature.id}`);
    else this.app.open({ collection: this.draft.type, id: feature.id });
  }

  private async refused(error: unknown, body: { geometry?: unknown; properties: Values }): Promise<void> {
    if (!(error instanceof Problem)) {
      this.problem(t('failed'));
      throw error;
    }
    document.documentElement.dataset.save = error.slug;
    if (error.status === 401) {
      this.problem(t('log_in_again'));
      return logIn(this.app, { then: (session) => session.account?.id === this.draft.account && void this.save() });
    }
    if (error.slug === 'duplicate') {
      return showDuplicates(this.app, this.summary, error, this.draft.point, () => {
        this.allowDuplicate = true;
        void this.save();
      });
    }
    const waiting = waitingOf(error);
    if (waiting) return this.problem(error.message, h('button.button', { type: 'button', id: 'open-waiting', onclick: () => (dropDraft(), this.app.view('perubahan', waiting)) }, t('open_waiting')));
    if (error.status === 412 && this.draft.proposal) return this.outdated(this.draft.proposal.id);
    if (error.status === 412) return this.stale(error, body);
    this.fieldErrors(error);
  }

  /** The proposal went on meanwhile: shows how it stands now. */
  private outdated(id: number): void {
    dropDraft();
    this.app.toast(t('changed_meanwhile'), { seconds: 8 });
    this.app.view('perubahan', String(id));
  }

  /** Somebody else was faster: merge what does not collide, ask about what does. */
  private stale(error: Problem, body: { geometry?: unknown; properties: Values }): void {
    const current = error.body.current as Feature | undefined;
    const { draft } = this;
    if (!current || !draft.base) return this.problem(error.message);
    const mine: Values = { ...body.properties, ...(body.geometry !== undefined && { geometry: body.geometry }) };
    const before: Values = { ...draft.base.properties, geometry: draft.base.geometry };
    const theirs: Values = { ...current.properties, geometry: current.geometry };
    const etag = error.etag || `"${String(current.properties.version)}"`;
    if (Object.keys(mine).every((name) => same(mine[name] ?? null, theirs[name] ?? null))) {
      return this.saved({ status: 200, data: current, etag }); // our own earlier try had been taken
    }
    const again = (chosen: Values): void => {
      if (draft.kind === 'move' && same(chosen.geometry, theirs.geometry)) return this.cancel();
      Object.assign(draft, { base: current, etag });
      const { geometry: _, ...answers } = chosen;
      draft.values = { ...current.properties, ...answers };
      const merged = new Form(this.app, draft, this.type);
      merged.show();
      void merged.save();
    };
    const conflicts = conflictsOf(before, mine, theirs);
    const asked = conflicts.filter((c) => !['taken_at', 'accuracy_m', 'taken_by'].includes(c.name));
    if (!asked.length) return again(mine);
    this.summary.replaceChildren(
      conflictForm(this.type, asked, String(current.properties.updated_at ?? ''), (keep) => again({ ...mine, ...Object.fromEntries(asked.map((c) => [c.name, c[keep[c.name]!]])) })),
    );
    this.bringIntoSight();
  }

  private fieldErrors(error: Problem): void {
    const orphans: string[] = [];
    let first = '';
    let claimed = '';
    for (const { pointer, code, message } of error.errors) {
      const name = fieldOf(pointer);
      if (code === 'reason_required') this.askReason(name === 'reason' ? moveReasonControl : reasonControl);
      if (name === 'area_code' && this.claim) claimed = message;
      else if (this.fields.blame(name, message)) first ||= name;
      else orphans.push(message);
    }
    const suggestion = error.body.suggestion as [number, number] | undefined;
    const geometry = error.errors.some((e) => e.pointer.startsWith('/geometry'));
    this.problem(
      error.errors.length ? t('look_again') : error.message,
      ...orphans.map((text) => h('p', null, text)),
      suggestion ? h('button.button', { type: 'button', onclick: () => this.usePoint(suggestion) }, t('use_suggestion', { point: formatPoint(suggestion) })) : null,
      geometry && !suggestion ? h('button.button', { type: 'button', onclick: () => this.changePoint() }, t('change_point')) : null,
      first ? h('button.button.plain', { type: 'button', onclick: () => this.fields.focus(first) }, t('to_first_error')) : null,
    );
    if (first === 'placement_reason' || first === 'reason') this.fields.focus(first);
    if (claimed) this.claim?.blame(claimed);
  }

  private usePoint(point: [number, number]): void {
    this.draft.point = point;
    openForm(this.app, this.draft);
  }

  private askReason(control: Control): void {
    if (this.controls.includes(control)) return;
    this.keepNow();
    this.controls.unshift(control);
    this.fields = this.makeFields();
    this.fieldBox.replaceChildren(this.fields.node);
  }

  private pointAtErrors(): void {
    const first = this.controls.find((c) => this.fields.node.querySelector(`#f-${c.name}[aria-invalid]`));
    this.problem(t('look_again'));
    if (first) this.fields.focus(first.name);
  }

  private problem(text: string, ...more: (Node | null)[]): void {
    this.summary.replaceChildren(h('div.error', { role: 'alert' }, h('p', null, text), ...more));
    this.bringIntoSight();
  }

  private bringIntoSight(): void {
    this.summary.focus();
    this.summary.scrollIntoView({ block: 'nearest' });
  }
}

/** Shows a form again without sending it. */
function openFormQuietly(app: App, draft: Draft): void {
  const type = typeOf(app, draft.type);
  if (type) new Form(app, draft, type).show();
}

/** Takes up a kept draft where it was left: with its form, unsent. */
export function resumeDraft(app: App, draft: Draft): void {
  if (draft.areaCode && !mayEdit(app.session, draft.areaCode)) return dropDraft();
  openFormQuietly(app, draft);
}
