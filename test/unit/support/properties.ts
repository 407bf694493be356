import fc from 'fast-check';

/**
 * Every property is tried with examples that follow from one number, so that the same code gets the same verdict each time.
 * `npm run hunt` runs them with other numbers: there it is that the rare example is looked for.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });
