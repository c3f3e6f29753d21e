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
INSERT INTO run VALUES (1, 'r1', 'formula.toml', '{"run":"r1","formula":"release","formulaFile":"formula.toml","planHash":"642ba497ca521b377a2740973e71233c","createdAt":1795613952464,"phase":"paused","note":"only people are waited for","updatedAt":1795613964193,"workedMs":3135,"parallel":3,"counts":{"waiting":1,"ready":0,"running":0,"done":5,"failed":0,"skipped":0,"paused":0,"cancelled":0,"needs-person":0,"not-taken":0},"hasSync":true,"people":[{"node":"~sync/1","name":"sync/1","wants":"approval","note":"waits for approval: Go on?"}]}');
INSERT INTO event VALUES (4294967297, '[1,{"type":"run-created","run":"r1","planHash":"642ba497ca521b377a2740973e71233c","seed":1794563988,"limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795613952515}]');
INSERT INTO event VALUES (4294967298, '[1,{"type":"nodes-added","nodes":[{"kind":"bead","id":"build","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":5,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"68327036ead1c781fdb8ef1860be7af0","steps":["work","verify"]},{"kind":"bead","id":"lint","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":5,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"2744c4d87c63f9c5e67956d529d7b77e","steps":["work"]},{"kind":"bead","id":"notes","needs":[],"level":0,"join":{"type":"all"},"priority":5,"order":0,"tail":5,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"4522c80100b2cfa522efd3e4c2915a62","steps":["work"]},{"kind":"sync","id":"~sync/0","needs":[{"node":"build","on":"settled"},{"node":"lint","on":"settled"},{"node":"notes","on":"settled"}],"level":0,"quorum":"any","checks":true,"gate":"Go on?"},{"kind":"bead","id":"package","needs":[{"node":"~sync/0","on":"settled"},{"node":"build","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":3,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"ec19861634c20adac99339e8a79e0f3f","steps":["work"]},{"kind":"bead","id":"praise","needs":[{"node":"~sync/0","on":"settled"},{"node":"lint","on":"succeeded"}],"level":1,"join":{"type":"all"},"priority":5,"order":0,"tail":3,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"fd66d8864916469f336a824b1f78427e","steps":["work"]},{"kind":"sync","id":"~sync/1","needs":[{"node":"package","on":"settled"},{"node":"praise","on":"settled"}],"level":1,"quorum":"any","checks":true,"gate":"Go on?"},{"kind":"bead","id":"publish","needs":[{"node":"~sync/1","on":"settled"},{"node":"package","on":"succeeded"}],"level":2,"join":{"type":"all"},"priority":5,"order":0,"tail":1,"policy":{"retries":0,"onFailure":"pause"},"rig":"default","agent":"shell","locks":[],"key":"b14e3c2deebcfb45797fa133f05fa75f","steps":["work"]}],"by":"plan","at":1795613952515}]');
INSERT INTO event VALUES (4294967299, '[1,{"type":"bead-credited","node":"notes","how":"declared","at":1795613952515}]');
INSERT INTO event VALUES (4294967300, '[1,{"type":"beads-selected","nodes":"all","terminal":"2169-1612796","at":1795613952515}]');
INSERT INTO event VALUES (4294967301, '[1,{"type":"attempt-started","node":"build","attempt":1,"at":1795613952515}]');
INSERT INTO event VALUES (4294967302, '[1,{"type":"attempt-started","node":"lint","attempt":1,"at":1795613952515}]');
INSERT INTO event VALUES (4294967303, '[1,{"type":"step-succeeded","node":"build","attempt":1,"step":"work","report":{"exit":0},"output":{"size":3},"at":1795613952804}]');
INSERT INTO event VALUES (4294967304, '[1,{"type":"attempt-failed","node":"lint","attempt":1,"step":"work","failure":{"class":"task","code":"exit","message":"exit status 1; it printed nothing"},"at":1795613953193}]');
INSERT INTO event VALUES (4294967305, '[1,{"type":"bead-failed","node":"lint","standing":"deferred","at":1795613953193}]');
INSERT INTO event VALUES (4294967306, '[1,{"type":"step-succeeded","node":"build","attempt":1,"step":"verify","report":{"artifacts":[{"pattern":"built","files":1}],"checks":[{"command":"grep ok built","exit":0,"log":"/project/.gastown/state/runs/r1/build.1/check-1.log"}],"criteria":[{"text":"It is small","verdict":"claimed","evidence":"the worker reported success; nothing checked it"},{"text":"It says ok","verdict":"verified","evidence":"`grep ok built`: exit status 0"}],"sharedTree":true},"at":1795613953303}]');
INSERT INTO event VALUES (4294967307, '[1,{"type":"bead-done","node":"build","attempt":1,"at":1795613953303}]');
INSERT INTO event VALUES (4294967308, '[1,{"type":"attempt-started","node":"~sync/0","attempt":1,"at":1795613953303}]');
INSERT INTO event VALUES (4294967309, '[1,{"type":"attempt-failed","node":"~sync/0","attempt":1,"step":"verify","failure":{"class":"task","code":"check-failed","message":"1 of 1 checks failed. `test -e checked` ended with exit status 1, expected 0. It printed nothing. Its output: .gastown/state/runs/r1/~sync%2F0.1/check-1.log"},"at":1795613953769}]');
INSERT INTO event VALUES (4294967310, '[1,{"type":"bead-failed","node":"~sync/0","standing":"held","at":1795613953769}]');
INSERT INTO event VALUES (4294967311, '[1,{"type":"run-paused","reason":{"type":"bead-failed","node":"~sync/0"},"at":1795613953769}]');
INSERT INTO event VALUES (4294967312, '[1,{"type":"beads-selected","nodes":"all","terminal":"2288-1613183","at":1795613956034}]');
INSERT INTO event VALUES (4294967313, '[1,{"type":"run-resumed","by":"anna","limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795613956034}]');
INSERT INTO event VALUES (4294967314, '[1,{"type":"bead-reopened","node":"lint","at":1795613956034}]');
INSERT INTO event VALUES (4294967315, '[1,{"type":"bead-reopened","node":"~sync/0","at":1795613956034}]');
INSERT INTO event VALUES (4294967316, '[1,{"type":"attempt-started","node":"lint","attempt":2,"at":1795613956034}]');
INSERT INTO event VALUES (4294967317, '[1,{"type":"attempt-failed","node":"lint","attempt":2,"step":"work","failure":{"class":"task","code":"exit","message":"exit status 1; it printed nothing"},"at":1795613956286}]');
INSERT INTO event VALUES (4294967318, '[1,{"type":"bead-failed","node":"lint","standing":"deferred","at":1795613956286}]');
INSERT INTO event VALUES (4294967319, '[1,{"type":"attempt-started","node":"~sync/0","attempt":2,"at":1795613956286}]');
INSERT INTO event VALUES (4294967320, '[1,{"type":"step-succeeded","node":"~sync/0","attempt":2,"step":"verify","report":{"artifacts":[],"checks":[{"command":"test -e checked","exit":0,"log":"/project/.gastown/state/runs/r1/~sync%2F0.2/check-1.log"}],"criteria":[],"sharedTree":true},"at":1795613956623}]');
INSERT INTO event VALUES (4294967321, '[1,{"type":"approval-requested","node":"~sync/0","about":"sync","at":1795613956623}]');
INSERT INTO event VALUES (4294967322, '[1,{"type":"approved","node":"~sync/0","by":"anna","at":1795613958445}]');
INSERT INTO event VALUES (4294967323, '[1,{"type":"failure-accepted","node":"lint","at":1795613958445}]');
INSERT INTO event VALUES (4294967324, '[1,{"type":"sync-passed","node":"~sync/0","at":1795613958445}]');
INSERT INTO event VALUES (4294967325, '[1,{"type":"bead-skipped","node":"praise","because":"lint","at":1795613958445}]');
INSERT INTO event VALUES (4294967326, '[1,{"type":"attempt-started","node":"package","attempt":1,"at":1795613958445}]');
INSERT INTO event VALUES (4294967327, '[1,{"type":"step-succeeded","node":"package","attempt":1,"step":"work","report":{"exit":0},"at":1795613958639}]');
INSERT INTO event VALUES (4294967328, '[1,{"type":"bead-done","node":"package","attempt":1,"at":1795613958639}]');
INSERT INTO event VALUES (4294967329, '[1,{"type":"attempt-started","node":"~sync/1","attempt":1,"at":1795613958639}]');
INSERT INTO event VALUES (4294967330, '[1,{"type":"step-succeeded","node":"~sync/1","attempt":1,"step":"verify","report":{"artifacts":[],"checks":[{"command":"test -e checked","exit":0,"log":"/project/.gastown/state/runs/r1/~sync%2F1.1/check-1.log"}],"criteria":[],"sharedTree":true},"at":1795613958939}]');
INSERT INTO event VALUES (4294967331, '[1,{"type":"approval-requested","node":"~sync/1","about":"sync","at":1795613958939}]');
INSERT INTO event VALUES (4294967332, '[1,{"type":"rejected","node":"~sync/1","by":"anna","reason":"not today","at":1795613960566}]');
INSERT INTO event VALUES (4294967333, '[1,{"type":"bead-failed","node":"~sync/1","standing":"held","at":1795613960566}]');
INSERT INTO event VALUES (4294967334, '[1,{"type":"run-paused","reason":{"type":"bead-failed","node":"~sync/1"},"at":1795613960566}]');
INSERT INTO event VALUES (4294967335, '[1,{"type":"beads-selected","nodes":"all","terminal":"2529-1613857","at":1795613963378}]');
INSERT INTO event VALUES (4294967336, '[1,{"type":"run-resumed","by":"anna","limits":{"parallel":3,"rigs":{},"agents":{}},"at":1795613963378}]');
INSERT INTO event VALUES (4294967337, '[1,{"type":"bead-reopened","node":"lint","at":1795613963378}]');
INSERT INTO event VALUES (4294967338, '[1,{"type":"bead-reopened","node":"praise","at":1795613963378}]');
INSERT INTO event VALUES (4294967339, '[1,{"type":"bead-reopened","node":"~sync/1","at":1795613963378}]');
INSERT INTO event VALUES (4294967340, '[1,{"type":"attempt-started","node":"lint","attempt":3,"at":1795613963378}]');
INSERT INTO event VALUES (4294967341, '[1,{"type":"step-succeeded","node":"lint","attempt":3,"step":"work","report":{"exit":0},"at":1795613963721}]');
INSERT INTO event VALUES (4294967342, '[1,{"type":"bead-done","node":"lint","attempt":3,"at":1795613963721}]');
INSERT INTO event VALUES (4294967343, '[1,{"type":"attempt-started","node":"praise","attempt":1,"at":1795613963721}]');
INSERT INTO event VALUES (4294967344, '[1,{"type":"step-succeeded","node":"praise","attempt":1,"step":"work","report":{"exit":0},"at":1795613963803}]');
INSERT INTO event VALUES (4294967345, '[1,{"type":"bead-done","node":"praise","attempt":1,"at":1795613963803}]');
INSERT INTO event VALUES (4294967346, '[1,{"type":"attempt-started","node":"~sync/1","attempt":2,"at":1795613963803}]');
INSERT INTO event VALUES (4294967347, '[1,{"type":"step-succeeded","node":"~sync/1","attempt":2,"step":"verify","report":{"artifacts":[],"checks":[{"command":"test -e checked","exit":0,"log":"/project/.gastown/state/runs/r1/~sync%2F1.2/check-1.log"}],"criteria":[],"sharedTree":true},"at":1795613964176}]');
INSERT INTO event VALUES (4294967348, '[1,{"type":"approval-requested","node":"~sync/1","about":"sync","at":1795613964176}]');
INSERT INTO event VALUES (4294967349, '[1,{"type":"run-paused","reason":{"type":"people"},"at":1795613964193}]');
INSERT INTO bead VALUES (4294967297, 1, 'build', 1, '{"id":"build","name":"build","level":0,"requires":[],"status":"done","attempts":1,"startedAt":1795613952515,"endedAt":1795613953303}');
INSERT INTO bead VALUES (4294967298, 1, 'lint', 1, '{"id":"lint","name":"lint","level":0,"requires":[],"status":"done","attempts":3,"startedAt":1795613963378,"endedAt":1795613963721}');
INSERT INTO bead VALUES (4294967299, 1, 'notes', 1, '{"id":"notes","name":"notes","level":0,"requires":[],"status":"done","attempts":0,"note":"declared done by its file, not verified"}');
INSERT INTO bead VALUES (4294967300, 1, 'package', 1, '{"id":"package","name":"package","level":1,"requires":["build"],"status":"done","attempts":1,"startedAt":1795613958445,"endedAt":1795613958639}');
INSERT INTO bead VALUES (4294967301, 1, 'praise', 1, '{"id":"praise","name":"praise","level":1,"requires":["lint"],"status":"done","attempts":1,"startedAt":1795613963721,"endedAt":1795613963803}');
INSERT INTO bead VALUES (4294967302, 1, 'publish', 0, '{"id":"publish","name":"publish","level":2,"requires":["package"],"status":"waiting","attempts":0}');
INSERT INTO lease VALUES (1, 3, NULL, NULL);
INSERT INTO inbox VALUES (1, 'c8bed300-b8de-43df-a744-6883be45891c', 'request', '{"type":"approve","node":"~sync/0","run":"r1"}', 'anna', 1795613958396, 1, '{"type":"accepted","sentence":"sync/0 is approved: the next level may start"}');
INSERT INTO inbox VALUES (2, '3c7f9844-85d2-4fa9-aef2-ec2ddf37a9ca', 'request', '{"type":"reject","node":"~sync/1","reason":"not today","run":"r1"}', 'anna', 1795613960519, 1, '{"type":"accepted","sentence":"sync/1 is rejected: the next level does not start"}');
