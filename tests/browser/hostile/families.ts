// Every hostile body there is, by family.
import { ADDRESSES } from './addresses.ts';
import type { Case } from './case.ts';
import { CHARACTERS } from './characters.ts';
import { CLOBBERING } from './clobbering.ts';
import { COMPONENTS } from './components.ts';
import { FORMS } from './forms.ts';
import { FRAMES } from './frames.ts';
import { HANDLERS } from './handlers.ts';
import { MUTATIONS } from './mutations.ts';
import { NAMESPACES } from './namespaces.ts';
import { REQUESTS } from './requests.ts';
import { SCRIPTS } from './scripts.ts';
import { STYLES } from './styles.ts';

export const FAMILIES: Readonly<Record<string, readonly Case[]>> = {
  scripts: SCRIPTS,
  'event handlers': HANDLERS,
  'addresses that are programs': ADDRESSES,
  mutations: MUTATIONS,
  'other namespaces': NAMESPACES,
  'names in the way': CLOBBERING,
  styles: STYLES,
  'frames and heads': FRAMES,
  forms: FORMS,
  'requests and navigation': REQUESTS,
  'components and frameworks': COMPONENTS,
  'characters and depths': CHARACTERS,
};
