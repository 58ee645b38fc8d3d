export { newBatchCoefficients, ownCoefficients } from '../batch/own-coefficients.js';
