// Prints "passed failed skipped" from a vitest JSON report; a missing report counts as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
if (file === undefined || !existsSync(file)) {
  console.log('0 1 0');
} else {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  // A file that could not even be loaded has no tests in it, but has failed.
  const brokenFiles = report.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
  );
  const skipped = report.numPendingTests + report.numTodoTests;
  console.log(`${report.numPassedTests} ${report.numFailedTests + brokenFiles.length} ${skipped}`);
}
