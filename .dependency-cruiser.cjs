// The house plan as rules: a room imports only the rooms below it (docs/architecture.md).
const layers = [
  ['core', 'diagnostic'],
  ['plan', 'view'],
  ['ports', 'os'],
  ['engine', 'journal', 'agents', 'rigs', 'verify', 'integrate', 'context', 'project'],
  ['compose', 'testing'],
  ['cli', 'server', 'mcp', 'index'],
  ['main'],
];
const allowedBelow = {
  core: [],
  diagnostic: [],
  plan: ['core', 'diagnostic'],
  view: ['core', 'diagnostic'],
  ports: ['core', 'plan', 'diagnostic'],
  os: [],
};
const third = ['core', 'diagnostic', 'plan', 'ports', 'os'];
const rooms = layers.flat();
const levelOf = (room) => layers.findIndex((layer) => layer.includes(room));
const allowed = (room) =>
  allowedBelow[room] ??
  (levelOf(room) === 3 ? third : rooms.filter((other) => levelOf(other) < levelOf(room)));
const pathOf = (room) => `^src/${room}(/|\\.ts$)`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...rooms.map((room) => ({
      name: `room-${room}`,
      comment: `${room} may import only: ${allowed(room).join(', ') || 'nothing'}`,
      severity: 'error',
      from: { path: pathOf(room), pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: [room, ...allowed(room)].map(pathOf) },
    })),
    {
      name: 'pure-rooms-no-node',
      severity: 'error',
      from: { path: '^src/(core|diagnostic|plan|view)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-os-touches-processes-and-files',
      comment: 'node:child_process and node:fs live in src/os; the journal room owns SQLite',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/os/|\\.test\\.ts$' },
      to: { path: '^(node:)?(child_process|fs|fs/promises)$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
    doNotFollow: { path: 'node_modules' },
  },
};
