// What a script can add: buttons that copy, times in the visitor's own zone. Without it nothing is missing.
const status = document.querySelector('[role="status"]');
const COPIED_MS = 2_000;

/** Whoever reads with a token in the address has it in the addresses of feeds too. */
const hasToken = /\/token\/[^/]+\//.test(location.pathname);

for (const button of document.querySelectorAll('button[data-copy]')) {
  if (hasToken) useOpened(button);
  button.hidden = false;
  button.addEventListener('click', () => void copyFrom(button));
}

const zoned = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: 'medium',
  timeStyle: 'short',
});
for (const time of document.querySelectorAll('time')) {
  time.title = time.textContent;
  time.textContent = zoned.format(new Date(time.dateTime));
}

function useOpened(button) {
  const item = button.closest('li');
  const address = new URL(button.dataset.opened, location.href).href;
  button.dataset.copy = address;
  item.querySelector('code')?.replaceChildren(address);
  item.querySelector('a[href^="feed:"]')?.setAttribute('href', `feed:${address}`);
}

async function copyFrom(button) {
  const copied = await copy(button.dataset.copy);
  say(copied ? status.dataset.copied : status.dataset.failed);
  button.classList.toggle('done', copied);
  setTimeout(() => button.classList.remove('done'), COPIED_MS);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** The older way, for pages that did not come over TLS. */
function copySelected(text) {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.className = 'visually-hidden';
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return copied;
}

/** A region that says the same again must first have said something else. */
function say(text) {
  status.textContent = '';
  requestAnimationFrame(() => {
    status.textContent = text;
  });
}
