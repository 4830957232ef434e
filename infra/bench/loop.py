"""Draws and embeds the pictures of Drawing.java with ONNX Runtime and numpy: loop.py FOLDER THREADS.

FOLDER has the model's ONNX files, what they are fed (ids.bin, noise.bin) and how (problem.json). Every line of the standard input is a
round: the seconds that it took are printed, and the embeddings are left in embeddings.bin.
"""

import json
import pathlib
import sys
import time

import numpy
import onnxruntime

folder = pathlib.Path(sys.argv[1])
problem = json.loads((folder / "problem.json").read_text())
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
options.inter_op_num_threads = 1


def session(name):
    return onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])


text_encoder = session("text_encoder.onnx")
unet = session("unet.onnx")
vae_decoder = session("vae_decoder.onnx")
vision = session("vision_model.onnx")
ids = numpy.fromfile(folder / "ids.bin", dtype="<i8").reshape(-1, problem["tokens"])
noise = numpy.fromfile(folder / "noise.bin", dtype="<f4").reshape(-1, *problem["latents"])
mean = numpy.array(problem["mean"], dtype=numpy.float32).reshape(3, 1, 1)
deviation = numpy.array(problem["deviation"], dtype=numpy.float32).reshape(3, 1, 1)

# DDIM (arXiv 2010.02502, equation 12 with eta 0) on diffusers' leading timesteps.
betas = numpy.linspace(problem["betaStart"] ** 0.5, problem["betaEnd"] ** 0.5, 1000) ** 2
alphas = numpy.cumprod(1 - betas)
stride = 1000 // problem["steps"]
timesteps = numpy.arange(problem["steps"])[::-1] * stride + 1


def sample(latents, conditioned, unconditioned):
    context = numpy.concatenate([numpy.repeat(unconditioned, len(latents), 0), conditioned])
    for timestep in timesteps:
        now = alphas[timestep]
        after = alphas[max(timestep - stride, 0)]
        both = unet.run(
            None,
            {
                "sample": numpy.concatenate([latents, latents]),
                "timestep": numpy.array(timestep, dtype=numpy.int64),
                "encoder_hidden_states": context,
            },
        )[0]
        without, with_prompt = numpy.split(both, 2)
        guided = without + numpy.float32(problem["guidance"]) * (with_prompt - without)
        data = (latents - numpy.float32((1 - now) ** 0.5) * guided) / numpy.float32(now**0.5)
        latents = numpy.float32(after**0.5) * data + numpy.float32((1 - after) ** 0.5) * guided
    return latents


def draw():
    embeddings = []
    unconditioned = text_encoder.run(["last_hidden_state"], {"input_ids": ids[-1:]})[0]
    for first in range(0, len(noise), problem["batch"]):
        batch = slice(first, min(first + problem["batch"], len(noise)))
        conditioned = text_encoder.run(["last_hidden_state"], {"input_ids": ids[batch]})[0]
        latents = sample(noise[batch], conditioned, unconditioned)
        decoded = vae_decoder.run(None, {"latent_sample": latents / numpy.float32(problem["scalingFactor"])})[0]
        pictures = numpy.rint(numpy.clip(decoded / 2 + 0.5, 0, 1) * 255).astype(numpy.uint8)
        pixels = (pictures.astype(numpy.float32) / 255 - mean) / deviation
        rows = vision.run(["image_embeds"], {"pixel_values": pixels})[0]
        embeddings.append(rows / numpy.linalg.norm(rows, axis=1, keepdims=True))
    return numpy.concatenate(embeddings)


print(onnxruntime.__version__, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    result = draw()
    seconds = time.perf_counter() - start
    result.astype("<f4").tofile(folder / "embeddings.bin")
    print(seconds, flush=True)
