/** ONNX files, read and checked before ONNX Runtime sees them, and what sessions are made of. */
package dev.finexl.onnx;
