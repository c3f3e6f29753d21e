PRAGMA application_id = 1196717934;
PRAGMA user_version = 3;
CREATE TABLE run (
     number INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     formula_file TEXT NOT NULL,
     body TEXT
   ) STRICT;
CREATE TABLE event (position INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE bead (
     key INTEGER PRIMARY KEY,
     run INTEGER NOT NULL REFERENCES run (number),
     id TEXT NOT NULL,
     done INTEGER NOT NULL,
     body TEXT NOT NULL,
     UNIQUE (run, id)
   ) STRICT;
CREATE TABLE lease (
     one INTEGER PRIMARY KEY CHECK (one = 1),
     epoch INTEGER NOT NULL,
     holder TEXT,
     acquired_at INTEGER
   ) STRICT;
CREATE TABLE inbox (
     id INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     type TEXT NOT NULL,
     body TEXT NOT NULL,
     sender TEXT NOT NULL,
     at INTEGER NOT NULL,
     handled INTEGER NOT NULL DEFAULT 0
   , reply TEXT) STRICT;
CREATE INDEX inbox_open ON inbox (id) WHERE handled = 0;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot (
     run INTEGER PRIMARY KEY REFERENCES run (number),
     events INTEGER NOT NULL,
     build TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
INSERT INTO run VALUES (1, 'r1', 'formula.toml', '{"run":"r1","formula":"survey","formulaFile":"formula.toml","planHash":"ed000412c5a0f1c9fb2eafa883f7b0a8","vars":{"target":"staging"},"createdAt":1795613968569,"phase":"paused","note":"only people are waited for","updatedAt":1795614000988,"workedMs":25470,"parallel":4,"counts":{"waiting":0,"ready":0,"running":0,"done":11,"failed":3,"skipped":1,"paused":0,"cancelled":0,"needs-person":1,"not-taken":2},"people":[{"node":"ask","name":"ask","wants":"answer","note":"asks: Which schema, 2?"}]}');
INSERT INTO event VALUES (4294967297, '[1,{"type":"run-created","run":"r1","planHash":"ed000412c5a0f1c9fb2eafa883f7b0a8","seed":2561503489,"limits":{"parallel":4,"rigs":{},"agents":{},"spawn":{"depth":5,"children":100,"total":10000,"approval":true}},"at":1795613968666}]');
INSERT INTO event VALUES (4294967298, '[1,{"type":"nodes-added","nodes":[{"kind":"bead","id":"held","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":2,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"390366b35c11f343d690dd42169f122f","steps":["work"],"spawns":"after"},{"kind":"bead","id":"late","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":2,"policy":{"retries":0,"timeoutMs":100,"onFailure":"skip"},"rig":"default","agent":"shell","locks":[],"key":"c84af740e47201c902bb0b92668122f1","steps":["work"],"spawns":"after"},{"kind":"bead","id":"scan","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":2,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"b1b7ab7c4d7e99a623faa84ea2e5c861","steps":["work"],"spawns":"after"},{"kind":"bead","id":"tell","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":2,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"bfae15fee96bacd0cc2eb872afa208ae","steps":["work"],"gate":"","spawns":"after"},{"kind":"bead","id":"ask","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"b3d438b4e3bf0d441b8239c076e77be2","steps":["work"],"spawns":"after"},{"kind":"bead","id":"deploy","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"2bac544d8a2b6815e8128d2a7ccad3ad","steps":["work"],"gate":"Deploy?","spawns":"after"},{"kind":"bead","id":"flaky","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":1,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"2d3ba60d1de4ccc1ac0ca68bbabf1840","steps":["work"],"spawns":"after"},{"kind":"bead","id":"ship","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"10eaeba383615d34012868af36202227","steps":["work"],"condition":"vars.target == \"production\"","spawns":"after"},{"kind":"bead","id":"stuck","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"1c425edd2d778eddf0011fd1c4df42a8","steps":["work"],"spawns":"after"},{"kind":"bead","id":"after-late","needs":[{"node":"late","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"bbb7cdec119b85852ea25f152dce2c6a","steps":["work"],"spawns":"after"},{"kind":"bead","id":"broken","needs":[{"node":"held","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"78a924485afa3faefdfa036c9e5ff1cf","steps":["work"],"spawns":"after"},{"kind":"bead","id":"each","needs":[{"node":"scan","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"skip"},"rig":"default","agent":"shell","locks":[],"key":"df719d70d606d0ed09cab63700035915","steps":[],"forEach":"beads.scan.outputs.modules"},{"kind":"bead","id":"hush","needs":[{"node":"tell","on":"failed"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"53462ae7e864f75c41105cf32b08fd65","steps":["work"],"spawns":"after"},{"kind":"bead","id":"odd","needs":[{"node":"scan","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"skip"},"rig":"default","agent":"shell","locks":[],"key":"85dde00bb8cb94e1b2f1e6ac9460f6b6","steps":["work"],"condition":"beads.scan.outputs.colour == 1","spawns":"after"}],"by":"plan","at":1795613968666}]');
INSERT INTO event VALUES (4294967299, '[1,{"type":"beads-selected","nodes":"all","terminal":"2710-1614238","at":1795613968666}]');
INSERT INTO event VALUES (4294967300, '[1,{"type":"attempt-started","node":"held","attempt":1,"at":1795613968666}]');
INSERT INTO event VALUES (4294967301, '[1,{"type":"attempt-started","node":"late","attempt":1,"at":1795613968666}]');
INSERT INTO event VALUES (4294967302, '[1,{"type":"attempt-started","node":"scan","attempt":1,"at":1795613968666}]');
INSERT INTO event VALUES (4294967303, '[1,{"type":"attempt-started","node":"ask","attempt":1,"at":1795613968666}]');
INSERT INTO event VALUES (4294967304, '[1,{"type":"condition-judged","node":"ship","verdict":"fails","at":1795613968666}]');
INSERT INTO event VALUES (4294967305, '[1,{"type":"bead-skipped","node":"ship","because":"ship","how":"condition","at":1795613968666}]');
INSERT INTO event VALUES (4294967306, '[1,{"type":"stop-requested","node":"late","attempt":1,"reason":"timeout","at":1795613969458}]');
INSERT INTO event VALUES (4294967307, '[1,{"type":"question-asked","node":"ask","attempt":1,"question":"Which schema, 1?","at":1795613970295}]');
INSERT INTO event VALUES (4294967308, '[1,{"type":"attempt-started","node":"flaky","attempt":1,"at":1795613970295}]');
INSERT INTO event VALUES (4294967309, '[1,{"type":"step-succeeded","node":"scan","attempt":1,"step":"work","report":{"exit":0},"output":{"modules":["a","b"]},"proposal":{"beads":[{"id":"scan/c","name":"c","description":"","requires":[],"artifacts":[],"criteria":[],"checks":[],"run":"true","level":0,"spawns":"after","parent":"scan","file":".gastown/state/runs/r1/scan.1/spawn/c.toml","priority":5,"context":[],"agent":"shell","rig":"default","declaredDone":false,"key":"a637185fcb343c7b7800f94b1ac3477a"}],"nodes":[{"level":0,"spawns":"after","parent":"scan","kind":"bead","id":"scan/c","needs":[],"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"a637185fcb343c7b7800f94b1ac3477a","steps":["work"],"depth":1}]},"at":1795613970295}]');
INSERT INTO event VALUES (4294967310, '[1,{"type":"approval-requested","node":"scan","about":"addition","at":1795613970295}]');
INSERT INTO event VALUES (4294967311, '[1,{"type":"attempt-started","node":"stuck","attempt":1,"at":1795613970295}]');
INSERT INTO event VALUES (4294967312, '[1,{"type":"attempt-failed","node":"late","attempt":1,"step":"work","failure":{"class":"task","code":"timeout","message":"the work ran into its time limit"},"at":1795613970295}]');
INSERT INTO event VALUES (4294967313, '[1,{"type":"bead-failed","node":"late","standing":"accepted","at":1795613970295}]');
INSERT INTO event VALUES (4294967314, '[1,{"type":"bead-skipped","node":"after-late","because":"late","at":1795613970295}]');
INSERT INTO event VALUES (4294967315, '[1,{"type":"attempt-failed","node":"flaky","attempt":1,"step":"work","failure":{"class":"task","code":"exit","message":"exit status 1; it printed nothing"},"retryAfterMs":915,"at":1795613970431}]');
INSERT INTO event VALUES (4294967316, '[1,{"type":"delay-ended","node":"flaky","at":1795613971376}]');
INSERT INTO event VALUES (4294967317, '[1,{"type":"attempt-started","node":"flaky","attempt":2,"at":1795613971376}]');
INSERT INTO event VALUES (4294967318, '[1,{"type":"attempt-failed","node":"flaky","attempt":2,"step":"work","failure":{"class":"infrastructure","code":"exit","message":"exit status 75 says that the surroundings failed, not the work; it printed nothing"},"retryAfterMs":915,"at":1795613971470}]');
INSERT INTO event VALUES (4294967319, '[1,{"type":"delay-ended","node":"flaky","at":1795613972411}]');
INSERT INTO event VALUES (4294967320, '[1,{"type":"attempt-started","node":"flaky","attempt":3,"at":1795613972411}]');
INSERT INTO event VALUES (4294967321, '[1,{"type":"step-succeeded","node":"flaky","attempt":3,"step":"work","report":{"exit":0},"at":1795613972477}]');
INSERT INTO event VALUES (4294967322, '[1,{"type":"bead-done","node":"flaky","attempt":3,"at":1795613972477}]');
INSERT INTO event VALUES (4294967323, '[1,{"type":"answered","node":"ask","by":"anna","answer":"the second one","at":1795613973588}]');
INSERT INTO event VALUES (4294967324, '[1,{"type":"attempt-started","node":"ask","attempt":2,"at":1795613973588}]');
INSERT INTO event VALUES (4294967325, '[1,{"type":"question-asked","node":"ask","attempt":2,"question":"Which schema, 2?","at":1795613973678}]');
INSERT INTO event VALUES (4294967326, '[1,{"type":"beads-added","parent":"deploy","by":{"type":"person","name":"anna"},"nodes":[{"level":0,"spawns":"after","parent":"deploy","kind":"bead","id":"deploy/look","needs":[],"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"a22294c37cd6520f36f4b67fe8b1d6d5","steps":["work"],"depth":1}],"beads":[{"id":"deploy/look","name":"look","description":"","requires":[],"artifacts":[],"criteria":[],"checks":[],"run":"true","level":0,"spawns":"after","parent":"deploy","file":"look.toml","priority":5,"context":[],"agent":"shell","rig":"default","declaredDone":false,"key":"a22294c37cd6520f36f4b67fe8b1d6d5"}],"at":1795613975326}]');
INSERT INTO event VALUES (4294967327, '[1,{"type":"attempt-started","node":"deploy/look","attempt":1,"at":1795613975326}]');
INSERT INTO event VALUES (4294967328, '[1,{"type":"step-succeeded","node":"deploy/look","attempt":1,"step":"work","report":{"exit":0},"at":1795613975476}]');
INSERT INTO event VALUES (4294967329, '[1,{"type":"bead-done","node":"deploy/look","attempt":1,"at":1795613975476}]');
INSERT INTO event VALUES (4294967330, '[1,{"type":"approved","node":"deploy","by":"anna","at":1795613977281}]');
INSERT INTO event VALUES (4294967331, '[1,{"type":"attempt-started","node":"deploy","attempt":1,"at":1795613977281}]');
INSERT INTO event VALUES (4294967332, '[1,{"type":"step-succeeded","node":"deploy","attempt":1,"step":"work","report":{"exit":0},"at":1795613977378}]');
INSERT INTO event VALUES (4294967333, '[1,{"type":"bead-done","node":"deploy","attempt":1,"at":1795613977378}]');
INSERT INTO event VALUES (4294967334, '[1,{"type":"rejected","node":"tell","by":"anna","reason":"not on a Friday","at":1795613979732}]');
INSERT INTO event VALUES (4294967335, '[1,{"type":"bead-failed","node":"tell","standing":"handled","at":1795613979732}]');
INSERT INTO event VALUES (4294967336, '[1,{"type":"attempt-started","node":"hush","attempt":1,"at":1795613979732}]');
INSERT INTO event VALUES (4294967337, '[1,{"type":"step-succeeded","node":"hush","attempt":1,"step":"work","report":{"exit":0},"at":1795613979920}]');
INSERT INTO event VALUES (4294967338, '[1,{"type":"bead-done","node":"hush","attempt":1,"at":1795613979920}]');
INSERT INTO event VALUES (4294967339, '[1,{"type":"approved","node":"scan","by":"anna","at":1795613982305}]');
INSERT INTO event VALUES (4294967340, '[1,{"type":"beads-added","parent":"scan","by":{"type":"attempt","attempt":1},"nodes":[{"level":0,"spawns":"after","parent":"scan","kind":"bead","id":"scan/c","needs":[],"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"a637185fcb343c7b7800f94b1ac3477a","steps":["work"],"depth":1}],"beads":[{"id":"scan/c","name":"c","description":"","requires":[],"artifacts":[],"criteria":[],"checks":[],"run":"true","level":0,"spawns":"after","parent":"scan","file":".gastown/state/runs/r1/scan.1/spawn/c.toml","priority":5,"context":[],"agent":"shell","rig":"default","declaredDone":false,"key":"a637185fcb343c7b7800f94b1ac3477a"}],"at":1795613982305}]');
INSERT INTO event VALUES (4294967341, '[1,{"type":"bead-worked","node":"scan","attempt":1,"at":1795613982305}]');
INSERT INTO event VALUES (4294967342, '[1,{"type":"attempt-started","node":"scan/c","attempt":1,"at":1795613982305}]');
INSERT INTO event VALUES (4294967343, '[1,{"type":"step-succeeded","node":"scan/c","attempt":1,"step":"work","report":{"exit":0},"at":1795613982418}]');
INSERT INTO event VALUES (4294967344, '[1,{"type":"bead-done","node":"scan/c","attempt":1,"at":1795613982418}]');
INSERT INTO event VALUES (4294967345, '[1,{"type":"bead-done","node":"scan","attempt":1,"at":1795613982418}]');
INSERT INTO event VALUES (4294967346, '[1,{"type":"approval-requested","node":"each","about":"addition","proposal":{"nodes":[{"parent":"each","level":1,"key":"ecf4de7bd4dbb0887acf288052726093","kind":"bead","id":"each/a","needs":[],"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"skip"},"rig":"default","agent":"shell","locks":[],"steps":["work"],"depth":1},{"parent":"each","level":1,"key":"64bd111a2cb4bc651a2b0e27529163a6","kind":"bead","id":"each/b","needs":[],"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"skip"},"rig":"default","agent":"shell","locks":[],"steps":["work"],"depth":1}],"beads":[{"id":"each/a","name":"Survey a","file":"beads/each.toml","description":"","requires":["scan"],"priority":5,"level":1,"artifacts":[],"criteria":[],"checks":[],"context":[],"run":"test \"$GASTOWN_VAR_ITEM\" != b || test -e mended","agent":"shell","rig":"default","declaredDone":false,"key":"ecf4de7bd4dbb0887acf288052726093","parent":"each","inputs":{"index":0,"item":"a"}},{"id":"each/b","name":"Survey b","file":"beads/each.toml","description":"","requires":["scan"],"priority":5,"level":1,"artifacts":[],"criteria":[],"checks":[],"context":[],"run":"test \"$GASTOWN_VAR_ITEM\" != b || test -e mended","agent":"shell","rig":"default","declaredDone":false,"key":"64bd111a2cb4bc651a2b0e27529163a6","parent":"each","inputs":{"index":1,"item":"b"}}]},"at":1795613982418}]');
INSERT INTO event VALUES (4294967347, '[1,{"type":"condition-judged","node":"odd","verdict":"error","message":"the condition has no key \"colour\" there","at":1795613982418}]');
INSERT INTO event VALUES (4294967348, '[1,{"type":"bead-failed","node":"odd","standing":"accepted","at":1795613982418}]');
INSERT INTO event VALUES (4294967349, '[1,{"type":"stop-requested","node":"stuck","attempt":1,"reason":"skip","at":1795613984505}]');
INSERT INTO event VALUES (4294967350, '[1,{"type":"attempt-cancelled","node":"stuck","attempt":1,"at":1795613985322}]');
INSERT INTO event VALUES (4294967351, '[1,{"type":"bead-skipped","node":"stuck","because":"stuck","how":"person","at":1795613985322}]');
INSERT INTO event VALUES (4294967352, '[1,{"type":"approved","node":"each","by":"anna","at":1795613988322}]');
INSERT INTO event VALUES (4294967353, '[1,{"type":"beads-added","parent":"each","by":{"type":"template"},"nodes":[{"parent":"each","level":1,"key":"ecf4de7bd4dbb0887acf288052726093","kind":"bead","id":"each/a","needs":[],"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"skip"},"rig":"default","agent":"shell","locks":[],"steps":["work"],"depth":1},{"parent":"each","level":1,"key":"64bd111a2cb4bc651a2b0e27529163a6","kind":"bead","id":"each/b","needs":[],"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"skip"},"rig":"default","agent":"shell","locks":[],"steps":["work"],"depth":1}],"beads":[{"id":"each/a","name":"Survey a","file":"beads/each.toml","description":"","requires":["scan"],"priority":5,"level":1,"artifacts":[],"criteria":[],"checks":[],"context":[],"run":"test \"$GASTOWN_VAR_ITEM\" != b || test -e mended","agent":"shell","rig":"default","declaredDone":false,"key":"ecf4de7bd4dbb0887acf288052726093","parent":"each","inputs":{"index":0,"item":"a"}},{"id":"each/b","name":"Survey b","file":"beads/each.toml","description":"","requires":["scan"],"priority":5,"level":1,"artifacts":[],"criteria":[],"checks":[],"context":[],"run":"test \"$GASTOWN_VAR_ITEM\" != b || test -e mended","agent":"shell","rig":"default","declaredDone":false,"key":"64bd111a2cb4bc651a2b0e27529163a6","parent":"each","inputs":{"index":1,"item":"b"}}],"at":1795613988322}]');
INSERT INTO event VALUES (4294967354, '[1,{"type":"bead-worked","node":"each","attempt":0,"at":1795613988322}]');
INSERT INTO event VALUES (4294967355, '[1,{"type":"attempt-started","node":"each/a","attempt":1,"at":1795613988322}]');
INSERT INTO event VALUES (4294967356, '[1,{"type":"attempt-started","node":"each/b","attempt":1,"at":1795613988322}]');
INSERT INTO event VALUES (4294967357, '[1,{"type":"attempt-failed","node":"each/b","attempt":1,"step":"work","failure":{"class":"task","code":"exit","message":"exit status 1; it printed nothing"},"at":1795613988791}]');
INSERT INTO event VALUES (4294967358, '[1,{"type":"bead-failed","node":"each/b","standing":"accepted","at":1795613988791}]');
INSERT INTO event VALUES (4294967359, '[1,{"type":"step-succeeded","node":"each/a","attempt":1,"step":"work","report":{"exit":0},"at":1795613988817}]');
INSERT INTO event VALUES (4294967360, '[1,{"type":"bead-done","node":"each/a","attempt":1,"at":1795613988817}]');
INSERT INTO event VALUES (4294967361, '[1,{"type":"attempt-failed","node":"each","attempt":0,"step":"work","failure":{"class":"task","code":"added-bead","message":"1 of the beads it added did not succeed, each/b among them"},"at":1795613988817}]');
INSERT INTO event VALUES (4294967362, '[1,{"type":"bead-failed","node":"each","standing":"accepted","at":1795613988817}]');
INSERT INTO event VALUES (4294967363, '[1,{"type":"run-paused","reason":{"type":"pause","by":"anna"},"at":1795613992210}]');
INSERT INTO event VALUES (4294967364, '[1,{"type":"step-succeeded","node":"held","attempt":1,"step":"work","report":{"exit":0},"at":1795613992652}]');
INSERT INTO event VALUES (4294967365, '[1,{"type":"bead-done","node":"held","attempt":1,"at":1795613992652}]');
INSERT INTO event VALUES (4294967366, '[1,{"type":"beads-selected","nodes":"all","terminal":"4026-1617071","at":1795613995397}]');
INSERT INTO event VALUES (4294967367, '[1,{"type":"run-resumed","by":"anna","limits":{"parallel":4,"rigs":{},"agents":{},"spawn":{"depth":5,"children":100,"total":10000,"approval":true}},"at":1795613995397}]');
INSERT INTO event VALUES (4294967368, '[1,{"type":"bead-reopened","node":"late","at":1795613995397}]');
INSERT INTO event VALUES (4294967369, '[1,{"type":"bead-reopened","node":"after-late","at":1795613995397}]');
INSERT INTO event VALUES (4294967370, '[1,{"type":"bead-reopened","node":"each","at":1795613995397}]');
INSERT INTO event VALUES (4294967371, '[1,{"type":"bead-reopened","node":"odd","at":1795613995397}]');
INSERT INTO event VALUES (4294967372, '[1,{"type":"bead-reopened","node":"each/b","at":1795613995397}]');
INSERT INTO event VALUES (4294967373, '[1,{"type":"attempt-started","node":"late","attempt":2,"at":1795613995397}]');
INSERT INTO event VALUES (4294967374, '[1,{"type":"attempt-started","node":"broken","attempt":1,"at":1795613995397}]');
INSERT INTO event VALUES (4294967375, '[1,{"type":"attempt-started","node":"each/b","attempt":2,"at":1795613995397}]');
INSERT INTO event VALUES (4294967376, '[1,{"type":"condition-judged","node":"odd","verdict":"error","message":"the condition has no key \"colour\" there","at":1795613995397}]');
INSERT INTO event VALUES (4294967377, '[1,{"type":"bead-failed","node":"odd","standing":"accepted","at":1795613995397}]');
INSERT INTO event VALUES (4294967378, '[1,{"type":"stop-requested","node":"late","attempt":2,"reason":"timeout","at":1795613995665}]');
INSERT INTO event VALUES (4294967379, '[1,{"type":"attempt-failed","node":"broken","attempt":1,"step":"work","failure":{"class":"task","code":"exit","message":"exit status 1; it printed nothing"},"at":1795613995949}]');
INSERT INTO event VALUES (4294967380, '[1,{"type":"bead-failed","node":"broken","standing":"held","at":1795613995949}]');
INSERT INTO event VALUES (4294967381, '[1,{"type":"run-paused","reason":{"type":"bead-failed","node":"broken"},"at":1795613995949}]');
INSERT INTO event VALUES (4294967382, '[1,{"type":"attempt-failed","node":"each/b","attempt":2,"step":"work","failure":{"class":"task","code":"exit","message":"exit status 1; it printed nothing"},"at":1795613995949}]');
INSERT INTO event VALUES (4294967383, '[1,{"type":"bead-failed","node":"each/b","standing":"accepted","at":1795613995949}]');
INSERT INTO event VALUES (4294967384, '[1,{"type":"attempt-failed","node":"each","attempt":0,"step":"work","failure":{"class":"task","code":"added-bead","message":"1 of the beads it added did not succeed, each/b among them"},"at":1795613995949}]');
INSERT INTO event VALUES (4294967385, '[1,{"type":"bead-failed","node":"each","standing":"accepted","at":1795613995949}]');
INSERT INTO event VALUES (4294967386, '[1,{"type":"attempt-failed","node":"late","attempt":2,"step":"work","failure":{"class":"task","code":"timeout","message":"the work ran into its time limit"},"at":1795613995949}]');
INSERT INTO event VALUES (4294967387, '[1,{"type":"bead-failed","node":"late","standing":"accepted","at":1795613995949}]');
INSERT INTO event VALUES (4294967388, '[1,{"type":"bead-skipped","node":"after-late","because":"late","at":1795613995949}]');
INSERT INTO event VALUES (4294967389, '[1,{"type":"run-paused","reason":{"type":"pause","by":"anna"},"at":1795613997690}]');
INSERT INTO event VALUES (4294967390, '[1,{"type":"bead-reopened","node":"broken","at":1795613997691}]');
INSERT INTO event VALUES (4294967391, '[1,{"type":"beads-selected","nodes":"all","terminal":"4134-1617542","at":1795613999972}]');
INSERT INTO event VALUES (4294967392, '[1,{"type":"run-resumed","by":"anna","limits":{"parallel":4,"rigs":{},"agents":{},"spawn":{"depth":5,"children":100,"total":10000,"approval":true}},"at":1795613999972}]');
INSERT INTO event VALUES (4294967393, '[1,{"type":"bead-reopened","node":"late","at":1795613999972}]');
INSERT INTO event VALUES (4294967394, '[1,{"type":"bead-reopened","node":"after-late","at":1795613999972}]');
INSERT INTO event VALUES (4294967395, '[1,{"type":"bead-reopened","node":"each","at":1795613999972}]');
INSERT INTO event VALUES (4294967396, '[1,{"type":"bead-reopened","node":"odd","at":1795613999972}]');
INSERT INTO event VALUES (4294967397, '[1,{"type":"bead-reopened","node":"each/b","at":1795613999972}]');
INSERT INTO event VALUES (4294967398, '[1,{"type":"attempt-started","node":"late","attempt":3,"at":1795613999972}]');
INSERT INTO event VALUES (4294967399, '[1,{"type":"attempt-started","node":"broken","attempt":2,"at":1795613999972}]');
INSERT INTO event VALUES (4294967400, '[1,{"type":"attempt-started","node":"each/b","attempt":3,"at":1795613999972}]');
INSERT INTO event VALUES (4294967401, '[1,{"type":"condition-judged","node":"odd","verdict":"error","message":"the condition has no key \"colour\" there","at":1795613999972}]');
INSERT INTO event VALUES (4294967402, '[1,{"type":"bead-failed","node":"odd","standing":"accepted","at":1795613999972}]');
INSERT INTO event VALUES (4294967403, '[1,{"type":"stop-requested","node":"late","attempt":3,"reason":"timeout","at":1795614000359}]');
INSERT INTO event VALUES (4294967404, '[1,{"type":"step-succeeded","node":"broken","attempt":2,"step":"work","report":{"exit":0},"at":1795614000904}]');
INSERT INTO event VALUES (4294967405, '[1,{"type":"bead-done","node":"broken","attempt":2,"at":1795614000904}]');
INSERT INTO event VALUES (4294967406, '[1,{"type":"step-succeeded","node":"each/b","attempt":3,"step":"work","report":{"exit":0},"at":1795614000904}]');
INSERT INTO event VALUES (4294967407, '[1,{"type":"bead-done","node":"each/b","attempt":3,"at":1795614000904}]');
INSERT INTO event VALUES (4294967408, '[1,{"type":"bead-done","node":"each","attempt":0,"at":1795614000904}]');
INSERT INTO event VALUES (4294967409, '[1,{"type":"attempt-failed","node":"late","attempt":3,"step":"work","failure":{"class":"task","code":"timeout","message":"the work ran into its time limit"},"at":1795614000904}]');
INSERT INTO event VALUES (4294967410, '[1,{"type":"bead-failed","node":"late","standing":"accepted","at":1795614000904}]');
INSERT INTO event VALUES (4294967411, '[1,{"type":"bead-skipped","node":"after-late","because":"late","at":1795614000904}]');
INSERT INTO event VALUES (4294967412, '[1,{"type":"run-paused","reason":{"type":"people"},"at":1795614000988}]');
INSERT INTO bead VALUES (4294967297, 1, 'held', 1, '{"id":"held","name":"held","level":0,"requires":[],"status":"done","attempts":1,"startedAt":1795613968666,"endedAt":1795613992652}');
INSERT INTO bead VALUES (4294967298, 1, 'late', 0, '{"id":"late","name":"late","level":0,"requires":[],"status":"failed","attempts":3,"startedAt":1795613999972,"endedAt":1795614000904,"note":"the work ran into its time limit"}');
INSERT INTO bead VALUES (4294967299, 1, 'scan', 1, '{"id":"scan","name":"scan","level":0,"requires":[],"status":"done","attempts":1,"startedAt":1795613968666,"endedAt":1795613982418}');
INSERT INTO bead VALUES (4294967300, 1, 'tell', 0, '{"id":"tell","name":"tell","level":0,"requires":[],"status":"failed","attempts":0,"endedAt":1795613979732,"note":"rejected by anna: not on a Friday"}');
INSERT INTO bead VALUES (4294967301, 1, 'ask', 0, '{"id":"ask","name":"ask","level":0,"requires":[],"status":"needs-person","attempts":2,"startedAt":1795613973588,"note":"asks: Which schema, 2?"}');
INSERT INTO bead VALUES (4294967302, 1, 'deploy', 1, '{"id":"deploy","name":"deploy","level":0,"requires":[],"status":"done","attempts":1,"startedAt":1795613977281,"endedAt":1795613977378}');
INSERT INTO bead VALUES (4294967303, 1, 'flaky', 1, '{"id":"flaky","name":"flaky","level":0,"requires":[],"status":"done","attempts":3,"startedAt":1795613972411,"endedAt":1795613972477}');
INSERT INTO bead VALUES (4294967304, 1, 'ship', 0, '{"id":"ship","name":"ship","level":0,"requires":[],"status":"not-taken","attempts":0,"endedAt":1795613968666,"note":"not taken: its condition does not hold"}');
INSERT INTO bead VALUES (4294967305, 1, 'stuck', 0, '{"id":"stuck","name":"stuck","level":0,"requires":[],"status":"not-taken","attempts":1,"startedAt":1795613970295,"endedAt":1795613985322,"note":"left out by a person"}');
INSERT INTO bead VALUES (4294967306, 1, 'after-late', 0, '{"id":"after-late","name":"after-late","level":1,"requires":["late"],"status":"skipped","attempts":0,"endedAt":1795614000904,"note":"skipped because late did not succeed"}');
INSERT INTO bead VALUES (4294967307, 1, 'broken', 1, '{"id":"broken","name":"broken","level":1,"requires":["held"],"status":"done","attempts":2,"startedAt":1795613999972,"endedAt":1795614000904}');
INSERT INTO bead VALUES (4294967308, 1, 'each', 1, '{"id":"each","name":"Survey {{item}}","level":1,"requires":["scan"],"status":"done","attempts":0,"endedAt":1795614000904}');
INSERT INTO bead VALUES (4294967309, 1, 'hush', 1, '{"id":"hush","name":"hush","level":1,"requires":[],"status":"done","attempts":1,"startedAt":1795613979732,"endedAt":1795613979920}');
INSERT INTO bead VALUES (4294967310, 1, 'odd', 0, '{"id":"odd","name":"odd","level":1,"requires":["scan"],"status":"failed","attempts":0,"endedAt":1795613999972,"note":"the condition has no key \"colour\" there"}');
INSERT INTO bead VALUES (4294967312, 1, 'deploy/look', 1, '{"id":"deploy/look","name":"look","level":0,"requires":[],"status":"done","attempts":1,"startedAt":1795613975326,"endedAt":1795613975476,"parent":"deploy"}');
INSERT INTO bead VALUES (4294967314, 1, 'scan/c', 1, '{"id":"scan/c","name":"c","level":0,"requires":[],"status":"done","attempts":1,"startedAt":1795613982305,"endedAt":1795613982418,"parent":"scan"}');
INSERT INTO bead VALUES (4294967316, 1, 'each/a', 1, '{"id":"each/a","name":"Survey a","level":1,"requires":["scan"],"status":"done","attempts":1,"startedAt":1795613988322,"endedAt":1795613988817,"parent":"each"}');
INSERT INTO bead VALUES (4294967317, 1, 'each/b', 1, '{"id":"each/b","name":"Survey b","level":1,"requires":["scan"],"status":"done","attempts":3,"startedAt":1795613999972,"endedAt":1795614000904,"parent":"each"}');
INSERT INTO lease VALUES (1, 4, NULL, NULL);
INSERT INTO inbox VALUES (1, '13e528f1-57bf-4a60-b5a8-536252873b1d', 'request', '{"type":"answer","node":"ask","answer":"the second one","run":"r1"}', 'anna', 1795613973505, 1, '{"type":"accepted","sentence":"ask has its answer: its next attempt starts"}');
INSERT INTO inbox VALUES (2, 'cfff0ce5-49ba-491d-8126-72d52a718faa', 'request', '{"type":"add","node":"deploy","files":[{"name":"look.toml","text":"[bead]\nid = \"look\"\n[bead.task]\nrun = \"true\"\n"}],"run":"r1"}', 'anna', 1795613975297, 1, '{"type":"accepted","sentence":"1 added below deploy"}');
INSERT INTO inbox VALUES (3, '494e1b1c-c10c-443f-be41-7d57a7251c12', 'request', '{"type":"approve","node":"deploy","run":"r1"}', 'anna', 1795613977226, 1, '{"type":"accepted","sentence":"deploy is approved: it starts as soon as there is a slot"}');
INSERT INTO inbox VALUES (4, 'ae8277d0-4b9e-469e-abba-e9f0cc54257f', 'request', '{"type":"reject","node":"tell","reason":"not on a Friday","run":"r1"}', 'anna', 1795613979669, 1, '{"type":"accepted","sentence":"tell is rejected: it counts as failed"}');
INSERT INTO inbox VALUES (5, '6edb67f3-49c9-44ca-8aae-9565a90c8d78', 'request', '{"type":"approve","node":"scan","run":"r1"}', 'anna', 1795613982212, 1, '{"type":"accepted","sentence":"scan is approved: 1 bead joins the run"}');
INSERT INTO inbox VALUES (6, 'dfa27de2-fa70-43f6-bc02-284a83cb4e6e', 'request', '{"type":"skip","node":"stuck","run":"r1"}', 'anna', 1795613984471, 1, '{"type":"accepted","sentence":"stuck is stopped, then left out"}');
INSERT INTO inbox VALUES (7, '69cf22da-c0f8-4aae-8baa-90349839e49a', 'request', '{"type":"approve","node":"each","run":"r1"}', 'anna', 1795613988233, 1, '{"type":"accepted","sentence":"each is approved: 2 beads join the run"}');
INSERT INTO inbox VALUES (8, 'fad57d9a-f60c-40d0-acd7-c85253cd8116', 'request', '{"type":"pause","run":"r1"}', 'anna', 1795613992162, 1, '{"type":"accepted","sentence":"nothing new starts; what runs (1) is finished first"}');
INSERT INTO inbox VALUES (9, 'ee5f7349-7602-4424-a20a-20c9954aad3d', 'request', '{"type":"retry","node":"broken","run":"r1"}', 'anna', 1795613997606, 1, '{"type":"accepted","sentence":"broken is tried again, with all its attempts"}');
