// Stands in for @tensorflow/tfjs (layers, converter, data, browser back ends): tfjs-node's kernels use its core only.
module.exports = require('@tensorflow/tfjs-core');
