import type { App } from './app';
import { h } from './dom';
import { t } from './i18n';

/** Buttons that copy a text and that open WhatsApp with it, for the person to choose to whom it goes. */
export function shareButtons(app: App, text: string): HTMLElement {
  return h(
    'div.row.share',
    null,
    h('button.button', { type: 'button', onclick: () => void copy(app, text) }, t('copy')),
    h('a.button', { href: `https://wa.me/?text=${encodeURIComponent(text)}`, target: '_blank', rel: 'noopener noreferrer' }, t('by_whatsapp')),
  );
}

/** Copies a text and says so. Browsers give the clipboard only to https; elsewhere the old way is tried. */
export async function copy(app: App, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copiedBySelection(text)) return void app.toast(t('copy_failed'));
  }
  app.toast(t('copied'), { good: true });
}

function copiedBySelection(text: string): boolean {
  const area = h('textarea.sr', { readonly: true, 'aria-hidden': 'true' });
  area.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

/** Offers a text made here as a file to keep. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
