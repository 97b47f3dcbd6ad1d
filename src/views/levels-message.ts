/**
 * What the extension and the Levels over Time page tell each other. Types only.
 */
import type { DecodedRow } from '../protocol/decoded-row';
import type { RequestArguments } from '../protocol/custom-requests';
import type { LevelPicture, LevelScale } from '../protocol/levels';
import type { Past } from '../protocol/past';

export type LevelsViewState =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly error: string }
  /** The machine stands somewhere new: the page asks for what it shows. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'picture'; readonly picture: LevelPicture }
  | {
      readonly kind: 'record';
      readonly index: number;
      readonly title: string;
      readonly rows: readonly DecodedRow[];
    }
  /** Where the machine stands in its run. */
  | { readonly kind: 'past'; readonly past: Past }
  /** A record was chosen elsewhere. */
  | { readonly kind: 'chosen'; readonly index: number };

export type LevelsViewRequest =
  /** The page's script lives; before that, messages to it are lost. */
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'show';
      readonly scale: LevelScale;
      readonly from?: number;
      readonly to?: number;
      readonly columns: number;
    }
  /** The mouse rests on a record. */
  | { readonly kind: 'ask'; readonly index: number }
  | { readonly kind: 'choose'; readonly index: number }
  /** To another moment of the run. */
  | { readonly kind: 'go'; readonly where: RequestArguments<'turtlescope/goTo'> };
