import { h } from './dom';
import { type Fields, makeFields } from './fields';
import { type Control, control } from './form';
import { t } from './i18n';

/** How long a password has to be; the server asks the same. */
const minLength = 8;
/** From here on length alone makes it hard to guess. */
const goodLength = 14;

/** The first that anybody would try, without what stands around them. The server knows more. */
const common = /^(pass(word)?|passw0rd|p@ssw0rd|qwerty(uiop)?|asdfghjkl|admin(istrator)?|rahasia|sandi|katasandi|bismillah|indonesia|merdeka|sayang(ku)?|kelurahan|kecamatan|desa|posyandu|operator|patok|diskominfo|pemkot|pemkab|pegawai|semangat|selamat|welcome|iloveyou|abc|test)?$/;

export type Advice = 'short' | 'common' | 'fair' | 'good';

/** What can be said of a password before the server judges it: its length, and whether anybody would try it. */
export function adviceOn(password: string, account: string): Advice {
  const letters = [...password].length;
  const core = password.toLowerCase().replace(/^[\d\s!@#.*_-]+|[\d\s!@#.*_-]+$/g, '');
  const own = core.length > 3 && (account.toLowerCase().includes(core) || core.includes(account.toLowerCase()));
  if (letters < minLength) return 'short';
  if (own || (common.test(core) && (core || letters < 12)) || /^(.)\1*$/u.test(password)) return 'common';
  return letters < goodLength ? 'fair' : 'good';
}

/** The questions for a new password, with advice that follows what is typed. `before` are asked first. */
export function passwordFields(name: string, account: string, before: Control[] = []): Fields {
  const said = h('p.small.advice', { role: 'status' });
  const fields = makeFields(
    [
      ...before,
      control(name, 'Kata sandi baru', 'New password', {
        kind: 'password',
        autocomplete: 'new-password',
        required: true,
        help: { id: `Paling sedikit ${minLength} huruf. Beberapa kata yang tidak berkaitan mudah diingat dan sukar ditebak.`, en: `At least ${minLength} characters. A few unrelated words are easy to remember and hard to guess.` },
      }),
      control('repeat', 'Ulangi kata sandi', 'Repeat the password', { kind: 'password', autocomplete: 'new-password', required: true }),
    ],
    {},
    () => advise(),
  );
  const advise = (): void => {
    const typed = String(fields.peek()[name] ?? '');
    const advice = adviceOn(typed, account);
    said.className = `small advice ${advice}`;
    said.textContent = typed ? t(`advice_${advice}`, { n: minLength }) : '';
  };
  fields.node.querySelector(`#f-${name}`)!.closest('.field')!.append(said);
  return {
    ...fields,
    read() {
      const values = fields.read();
      if (!values || values[name] === values.repeat) return values;
      fields.blame('repeat', t('password_differs'));
      fields.focus('repeat');
      return null;
    },
  };
}
