/** What the server answers, for editors and `tsc --checkJs`; no browser loads this file. */

export type InputKind = "number" | "category" | "binary" | "date" | "set" | "vector" | "hash" | "text";

export interface Input {
  name: string;
  kind: InputKind;
  values?: string[] | null;
  num_values?: number;
  min?: number | null;
  max?: number | null;
  typical?: number | null;
  width?: number | null;
  can_be_missing?: boolean;
}

export interface Output {
  column: string;
  type: "category" | "binary" | "number" | "set" | "tags";
  classes?: string[] | null;
}

export interface ForecastInfo {
  time: string;
  series: string[];
  target: string;
  horizon: number;
  context: number;
  frequency: string;
  known: string[];
  past: string[];
  static: string[];
  levels: number[];
  num_series: number;
  keys: string[][];
  needs_rows: boolean;
}

export interface RecommendInfo {
  user: string;
  item: string;
  top: number;
  filters: { column: string; values: string[] }[];
  users: number;
  items: number;
  features?: Input[] | null;
}

export interface RetrieveInfo {
  question: string;
  answer: string;
  answers: number;
  threshold?: number | null;
}

export interface ModelLine {
  name: string;
  kind: "predictor" | "retriever" | "forecaster" | "recommender";
  tasks: string[];
  does: string;
}

export type Scores = Record<string, unknown>;

export interface ModelInfo extends ModelLine {
  title?: string | null;
  inputs?: Input[] | null;
  outputs?: Output[] | null;
  test?: Scores | null;
  baseline?: Scores | null;
  parameters?: number | null;
  rows?: { training?: number; validation?: number; test?: number } | null;
  epochs?: number | null;
  seed?: number | null;
  sources?: { name: string; rows?: number | null }[] | null;
  hob?: string | null;
  burn?: string | null;
  trained_on?: string | null;
  device?: string | null;
  recipe?: string | null;
  loaded?: string | null;
  reload_error?: string | null;
  report?: boolean;
  forecast?: ForecastInfo | null;
  recommend?: RecommendInfo | null;
  retrieve?: RetrieveInfo | null;
}

export interface Entity {
  type: string;
  text: string;
  start?: number;
  end?: number;
  probability?: number;
}

export interface Answer {
  value: unknown;
  probabilities?: Record<string, number>;
  quantiles?: Record<string, number>;
  entities?: Entity[];
  in_scope?: boolean;
}

export type Prediction = Record<string, Answer>;

export interface Found {
  answer: string;
  question?: string | null;
  score: number;
  row?: number;
}

export interface Findings {
  answers: Found[];
  accepted: boolean;
}

export interface Reply {
  text: string;
  intent: string | null;
  nearest: { intent: string; probability: number }[];
  answer: string | null;
  outputs?: Prediction;
}

export interface Step {
  time: string;
  value: number | null;
  mean?: number | null;
  quantiles?: Record<string, number>;
}

export interface Forecast {
  series: Record<string, string>;
  history: { time: string; value: number | null }[];
  steps: Step[];
}

export interface Item {
  item: string;
  name?: string | null;
  score?: number;
}

export interface List {
  user?: string | null;
  basis: string;
  unknown?: string[];
  items: Item[];
}

export interface Drift {
  rows: number;
  columns: { column: string; missing: number; unknown: number; out_of_range: number }[];
  outputs: { column: string; counts: { value: string; count: number }[] }[];
}

export interface FieldProblem {
  row?: number | null;
  field?: string | null;
  value?: unknown;
  message: string;
  minimum?: number;
  maximum?: number;
  known?: string[];
}

export interface Problem {
  title?: string;
  status?: number;
  detail?: string;
  hint?: string;
  request_id?: string;
  errors?: FieldProblem[];
}

/** One field of a form. */
export interface Field {
  column: string;
  node: HTMLElement;
  /** The value to send, `null` for a missing one, `undefined` while it cannot be sent. */
  read(): unknown;
  reset(): void;
  /** Shows what the server does not like about the value; `null` takes it back. */
  complain(message: string | null): void;
}

/** A request as the command line shows it. */
export interface Command {
  path: string;
  json?: unknown;
  file?: string;
  type?: string;
}

/** One way to use a model: a tab. */
export interface Panel {
  title: string;
  node: HTMLElement;
  /** Called when the panel can be seen for the first time. */
  start?(): void;
}

/** What a panel knows of its surroundings. */
export interface Context {
  info: ModelInfo;
  /** The path of the model's API, relative to the page. */
  path: string;
  /** Shows the command that does what the panel does at the moment. */
  command(command: Command): void;
}
