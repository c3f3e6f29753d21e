import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Opens the document store: in memory, or kept in `file`, which is replaced as a whole after every change. */
export function openStore(file) {
  const collections = new Map();
  if (file && existsSync(file)) {
    for (const [name, saved] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) {
      collections.set(name, { next: saved.next, documents: new Map(saved.documents) });
    }
  }

  function save() {
    if (!file) return;
    const all = [...collections].map(([name, { next, documents }]) => [name, { next, documents: [...documents] }]);
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(all)));
    renameSync(`${file}.new`, file);
  }

  /** A named collection of documents; what goes in and out are copies. */
  function collection(name) {
    let held = collections.get(name);
    if (!held) collections.set(name, (held = { next: 1, documents: new Map() }));
    const { documents } = held;
    return {
      /** Stores a new document under the next number and answers with it. */
      add(fields) {
        const document = { ...fields, id: held.next++ };
        documents.set(document.id, structuredClone(document));
        save();
        return document;
      },
      get: (id) => structuredClone(documents.get(id)),
      all: () => structuredClone([...documents.values()]),
      put(id, document) {
        documents.set(id, structuredClone({ ...document, id }));
        save();
        return { ...document, id };
      },
      delete(id) {
        const existed = documents.delete(id);
        if (existed) save();
        return existed;
      },
    };
  }

  return { collection };
}
