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
INSERT INTO run VALUES (1, 'r1', 'formula.toml', '{"run":"r1","formula":"crew","formulaFile":"formula.toml","planHash":"446eca67ce2930673ff94ce8ab4e9dbf","createdAt":1795614004881,"phase":"settled","updatedAt":1795614025256,"workedMs":16416,"parallel":3,"counts":{"waiting":0,"ready":0,"running":0,"done":2,"failed":0,"skipped":0,"paused":0,"cancelled":1,"needs-person":0,"not-taken":0},"outcome":"aborted"}');
INSERT INTO run VALUES (2, 'r2', 'formula.toml', '{"run":"r2","formula":"crew","formulaFile":"formula.toml","planHash":"36833772b659f3f495e60ec61920282c","createdAt":1795614028259,"phase":"active","updatedAt":1795614028471,"workedMs":0,"parallel":3,"counts":{"waiting":0,"ready":0,"running":1,"done":2,"failed":0,"skipped":0,"paused":0,"cancelled":0,"needs-person":0,"not-taken":0}}');
INSERT INTO event VALUES (4294967297, '[1,{"type":"run-created","run":"r1","planHash":"446eca67ce2930673ff94ce8ab4e9dbf","seed":1685411005,"limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795614004993}]');
INSERT INTO event VALUES (4294967298, '[1,{"type":"nodes-added","nodes":[{"kind":"bead","id":"base","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":2,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"09d588c718e145e0f0b8434c08e98b4f","steps":["work","verify"]},{"kind":"bead","id":"mine","needs":[{"node":"base","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"eb13497faa5204151b73acd536432c38","steps":["work"]},{"kind":"bead","id":"yours","needs":[{"node":"base","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"90c49b31803c5ac5ff4866bd1be15918","steps":["work"]}],"by":"plan","at":1795614004993}]');
INSERT INTO event VALUES (4294967299, '[1,{"type":"beads-selected","nodes":["base","mine"],"terminal":"4266-1617926","at":1795614004993}]');
INSERT INTO event VALUES (4294967300, '[1,{"type":"attempt-started","node":"base","attempt":1,"at":1795614004993}]');
INSERT INTO event VALUES (4294967301, '[1,{"type":"step-succeeded","node":"base","attempt":1,"step":"work","report":{"exit":0},"at":1795614005631}]');
INSERT INTO event VALUES (4294967302, '[1,{"type":"step-succeeded","node":"base","attempt":1,"step":"verify","report":{"artifacts":[{"pattern":"base.txt","files":1}],"checks":[],"criteria":[],"sharedTree":true},"at":1795614006131}]');
INSERT INTO event VALUES (4294967303, '[1,{"type":"bead-done","node":"base","attempt":1,"at":1795614006131}]');
INSERT INTO event VALUES (4294967304, '[1,{"type":"attempt-started","node":"mine","attempt":1,"at":1795614006131}]');
INSERT INTO event VALUES (4294967305, '[1,{"type":"beads-selected","terminal":"4345-1618388","nodes":["yours"],"joins":true,"at":1795614009461}]');
INSERT INTO event VALUES (4294967306, '[1,{"type":"attempt-started","node":"yours","attempt":1,"at":1795614009461}]');
INSERT INTO event VALUES (4294967307, '[1,{"type":"selection-withdrawn","terminal":"4345-1618388","at":1795614010612}]');
INSERT INTO event VALUES (4294967308, '[1,{"type":"stop-requested","node":"yours","attempt":1,"reason":"withdrawn","at":1795614010612}]');
INSERT INTO event VALUES (4294967309, '[1,{"type":"attempt-cancelled","node":"yours","attempt":1,"at":1795614011423}]');
INSERT INTO event VALUES (4294967310, '[1,{"type":"beads-selected","nodes":["base","mine"],"terminal":"4609-1619061","at":1795614015799}]');
INSERT INTO event VALUES (4294967311, '[1,{"type":"run-resumed","by":"anna","limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795614015799}]');
INSERT INTO event VALUES (4294967312, '[1,{"type":"step-succeeded","node":"mine","attempt":1,"step":"work","report":{"exit":0},"at":1795614016033}]');
INSERT INTO event VALUES (4294967313, '[1,{"type":"bead-done","node":"mine","attempt":1,"at":1795614016033}]');
INSERT INTO event VALUES (4294967314, '[1,{"type":"run-settled","outcome":"done","at":1795614016033}]');
INSERT INTO event VALUES (4294967315, '[1,{"type":"beads-selected","nodes":["yours"],"terminal":"4683-1619382","at":1795614019880}]');
INSERT INTO event VALUES (4294967316, '[1,{"type":"run-resumed","by":"anna","limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795614019880}]');
INSERT INTO event VALUES (4294967317, '[1,{"type":"attempt-started","node":"yours","attempt":2,"at":1795614019880}]');
INSERT INTO event VALUES (4294967318, '[1,{"type":"beads-selected","nodes":["yours"],"terminal":"4784-1619818","at":1795614023845}]');
INSERT INTO event VALUES (4294967319, '[1,{"type":"run-resumed","by":"anna","limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795614023845}]');
INSERT INTO event VALUES (4294967320, '[1,{"type":"attempt-failed","node":"yours","attempt":2,"step":"work","failure":{"class":"lost","code":"lost","message":"the process or the machine died, and left no result"},"retryAfterMs":0,"at":1795614024236}]');
INSERT INTO event VALUES (4294967321, '[1,{"type":"attempt-started","node":"yours","attempt":3,"at":1795614024236}]');
INSERT INTO event VALUES (4294967322, '[1,{"type":"run-aborted","by":"anna","at":1795614024749}]');
INSERT INTO event VALUES (4294967323, '[1,{"type":"attempt-cancelled","node":"yours","attempt":3,"at":1795614025256}]');
INSERT INTO event VALUES (4294967324, '[1,{"type":"bead-cancelled","node":"yours","at":1795614025256}]');
INSERT INTO event VALUES (4294967325, '[1,{"type":"run-settled","outcome":"aborted","at":1795614025256}]');
INSERT INTO event VALUES (8589934593, '[1,{"type":"run-created","run":"r2","planHash":"36833772b659f3f495e60ec61920282c","seed":2806922946,"limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795614028471}]');
INSERT INTO event VALUES (8589934594, '[1,{"type":"nodes-added","nodes":[{"kind":"bead","id":"base","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":11040,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"09d588c718e145e0f0b8434c08e98b4f","steps":["work","verify"]},{"kind":"bead","id":"mine","needs":[{"node":"base","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":9902,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"eb13497faa5204151b73acd536432c38","steps":["work"]},{"kind":"bead","id":"yours","needs":[{"node":"base","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":5520,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"5fa68b17ff1403c7117fd403750af2a4","steps":["work"]}],"by":"plan","at":1795614028471}]');
INSERT INTO event VALUES (8589934595, '[1,{"type":"bead-credited","node":"base","how":"earlier-run","run":"r1","at":1795614028471}]');
INSERT INTO event VALUES (8589934596, '[1,{"type":"bead-credited","node":"mine","how":"earlier-run","run":"r1","at":1795614028471}]');
INSERT INTO event VALUES (8589934597, '[1,{"type":"beads-selected","nodes":"all","terminal":"4912-1620328","at":1795614028471}]');
INSERT INTO event VALUES (8589934598, '[1,{"type":"attempt-started","node":"yours","attempt":1,"at":1795614028471}]');
INSERT INTO bead VALUES (4294967297, 1, 'base', 1, '{"id":"base","name":"base","level":0,"requires":[],"status":"done","attempts":1,"startedAt":1795614004993,"endedAt":1795614006131,"isUnasked":true}');
INSERT INTO bead VALUES (4294967298, 1, 'mine', 1, '{"id":"mine","name":"mine","level":1,"requires":["base"],"status":"done","attempts":1,"startedAt":1795614006131,"endedAt":1795614016033,"isUnasked":true}');
INSERT INTO bead VALUES (4294967299, 1, 'yours', 0, '{"id":"yours","name":"yours","level":1,"requires":["base"],"status":"cancelled","attempts":3,"startedAt":1795614024236,"endedAt":1795614025256}');
INSERT INTO bead VALUES (8589934593, 2, 'base', 1, '{"id":"base","name":"base","level":0,"requires":[],"status":"done","attempts":0,"note":"done by an earlier run, unchanged since"}');
INSERT INTO bead VALUES (8589934594, 2, 'mine', 1, '{"id":"mine","name":"mine","level":1,"requires":["base"],"status":"done","attempts":0,"note":"done by an earlier run, unchanged since"}');
INSERT INTO bead VALUES (8589934595, 2, 'yours', 0, '{"id":"yours","name":"yours","level":1,"requires":["base"],"status":"running","attempts":1,"startedAt":1795614028471}');
INSERT INTO lease VALUES (1, 5, '{"host":"host","bootId":"boot","pidNamespace":"namespace","pid":4912,"startTime":"1620328"}', 1795614028241);
INSERT INTO inbox VALUES (1, 'select 4345-1618388 1 1', 'select', '{"terminal":"4345-1618388","selection":["yours"],"isNew":true,"formulaFile":"formula.toml","planHash":"446eca67ce2930673ff94ce8ab4e9dbf"}', 'anna', 1795614009337, 1, '{"type":"accepted","sentence":"the run does that, too"}');
INSERT INTO inbox VALUES (2, 'withdraw 4345-1618388 1 2', 'withdraw', '{"terminal":"4345-1618388"}', 'anna', 1795614010579, 1, '{"type":"accepted","sentence":"the run does without it"}');
INSERT INTO inbox VALUES (3, 'fb6896df-8876-4da8-87f6-bb916f812c20', 'request', '{"type":"cancel","run":"r1"}', 'anna', 1795614024679, 1, '{"type":"accepted","sentence":"the run is over as soon as what runs (1) is stopped"}');
