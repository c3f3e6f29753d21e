/** How bad it is: an error keeps a plan from being made, a warning is probably a mistake, a notice is for knowing. */
export type Severity = 'error' | 'warning' | 'notice';
