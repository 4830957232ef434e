/** LoRA files: reading them in the forms that trainers write, and merging them into the weights of ONNX files. */
package dev.finexl.generate.lora;
