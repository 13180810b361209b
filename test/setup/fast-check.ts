import fc from 'fast-check'

/**
 * Chance plays in `npm run proof -- properties`. `npm test` draws the same cases every time: it fails where the code has
 * changed, and never because of the day.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) })

export { fc }
