/** The same random inputs for every run of every mutant, and no search for smaller ones: that a test fails is enough. */
import fc from 'fast-check';

fc.configureGlobal({ seed: 1, endOnFailure: true });
