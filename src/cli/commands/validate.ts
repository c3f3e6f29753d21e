/** `gastown validate`: everything that is wrong with a formula, at once. */
import { neutralise } from '../../diagnostic/neutralise.ts';
import { summary } from '../../diagnostic/render-text.ts';
import { loadProject } from '../../project/load-project.ts';
import { jsonText } from '../../view/json-text.ts';
import { type Context, EXIT } from '../context.ts';
import { diagnosticsJson, printDiagnostics } from '../diagnostics.ts';
import { discoverProject } from '../place.ts';
import { planSize, planSummary } from '../plan-summary.ts';
import { print } from '../terminal/console.ts';
import { givenValues, type VariableFlags } from '../variables.ts';

interface ValidateFlags extends VariableFlags {
  readonly formula?: string;
  readonly json: boolean;
  readonly strict: boolean;
}

export async function validate(this: Context, flags: ValidateFlags, path?: string): Promise<void> {
  const { stdout, stderr, paint, glyphs } = this.console;
  if (path !== undefined && flags.formula !== undefined && path !== flags.formula) {
    print(stderr, ['error: name the formula once: as an argument or with --formula']);
    this.exit(EXIT.usage);
    return;
  }
  const found = await discoverProject(this, path ?? flags.formula);
  if (found.type !== 'found') {
    const { diagnostics } = found;
    if (flags.json) {
      const listed = diagnosticsJson(this, diagnostics, '');
      stdout.write(jsonText({ valid: false, formula: null, beads: 0, diagnostics: listed }));
    } else printDiagnostics(this, diagnostics, { sources: new Map(), root: '', json: false });
    this.exit(EXIT.usage);
    return;
  }
  const given = givenValues(this, flags);
  if (given === undefined) return;
  const vars = { given, earlier: {}, toRun: false };
  const project = loadProject(found, { strict: flags.strict, vars });
  const { plan, draft, diagnostics, root, formulaFile } = project;
  const size = planSize(draft);
  if (plan === undefined) this.exit(EXIT.usage);
  if (flags.json) {
    stdout.write(
      jsonText({
        valid: plan !== undefined,
        formula: { name: draft.name, file: formulaFile, type: size.type },
        beads: size.beads,
        levels: size.levels,
        diagnostics: diagnosticsJson(this, diagnostics, root),
      }),
    );
    return;
  }
  printDiagnostics(this, diagnostics, { ...project, json: false });
  if (plan === undefined) return;
  const remarks = diagnostics.length === 0 ? '' : ` (${summary(diagnostics)})`;
  print(stdout, [
    `${paint('done', glyphs.marks.done)} ${neutralise(plan.formula.name)} is valid: ${planSummary(size)}${remarks}`,
  ]);
}
