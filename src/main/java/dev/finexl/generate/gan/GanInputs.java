package dev.finexl.generate.gan;

import dev.finexl.generate.described.GeneratorJson;
import dev.finexl.onnx.OnnxRuntime;
import dev.finexl.onnx.OnnxSession;
import dev.finexl.onnx.Tensor;
import dev.finexl.onnx.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a GAN's graph takes besides its condition.
 *
 * @param latent standard normals, drawn first
 * @param noise further standard normals, drawn after them, where the graph leaves its noise to the caller
 * @param truncation a number of the model's own choice, one for all or one for each picture
 */
record GanInputs(Normals latent, Optional<Normals> noise, Optional<Truncation> truncation) {

    private static final int MOST_NUMBERS = 1 << 22;
    private static final int MOST_DIMENSIONS = 3;

    /**
     * An input of standard normals, {@code [batch, ...shape]}.
     *
     * @param size numbers for each picture
     */
    record Normals(TensorSpec input, long[] shape, int size) {

        Tensor tensor(OnnxRuntime runtime, int pictures) {
            return Tensor.allocate(
                    runtime,
                    input.type(),
                    LongStream.concat(LongStream.of(pictures), Arrays.stream(shape))
                            .toArray());
        }
    }

    /** An input of one number. */
    record Truncation(TensorSpec input, double value) {

        Tensor tensor(OnnxRuntime runtime, int pictures) {
            long[] shape = IntStream.range(0, input.rank())
                    .mapToLong(d -> d == 0 && input.shape()[0] != 1 ? pictures : 1)
                    .toArray();
            Tensor tensor = Tensor.allocate(runtime, input.type(), shape);
            tensor.fill(value);
            return tensor;
        }
    }

    /** The names of the inputs. */
    List<String> names() {
        return Stream.of(
                        Stream.of(latent.input()),
                        noise.stream().map(Normals::input),
                        truncation.stream().map(Truncation::input))
                .flatMap(specs -> specs.map(TensorSpec::name))
                .toList();
    }

    static GanInputs read(GeneratorJson json, OnnxSession session) {
        GeneratorJson latent = json.object("latent");
        requireNormal(latent);
        int size = latent.whole("size", 1, MOST_NUMBERS);
        return new GanInputs(
                new Normals(session.input(latent.text("input")), new long[] {size}, size),
                json.optional("noise").map(noise -> noise(noise, session)),
                json.optional("truncation")
                        .map(truncation -> new Truncation(
                                session.input(truncation.text("input")), truncation.number("value", 0, 1, 1))));
    }

    private static Normals noise(GeneratorJson noise, OnnxSession session) {
        requireNormal(noise);
        TensorSpec input = session.input(noise.text("input"));
        int dimensions = input.rank() - 1;
        if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
            throw noise.wrong(
                    "input", "an input of [batch, ...] with 1 to %d further dimensions".formatted(MOST_DIMENSIONS));
        }
        double[] numbers = noise.numbers("shape", dimensions);
        long size = 1;
        for (double number : numbers) {
            size = number == Math.rint(number) && number >= 1 && number <= MOST_NUMBERS ? size * (long) number : 0;
            if (size < 1 || size > MOST_NUMBERS) {
                throw noise.wrong("shape", "whole numbers from 1 on with a product up to %d".formatted(MOST_NUMBERS));
            }
        }
        return new Normals(
                input, Arrays.stream(numbers).mapToLong(number -> (long) number).toArray(), (int) size);
    }

    private static void requireNormal(GeneratorJson json) {
        if (!json.text("distribution", "normal").equals("normal")) {
            throw json.wrong("distribution", "'normal'");
        }
    }
}
