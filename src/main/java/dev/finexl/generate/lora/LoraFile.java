package dev.finexl.generate.lora;

import dev.finexl.store.Floats;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.Safetensors;
import dev.finexl.store.TensorShape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A LoRA as its safetensors file has it: the low-rank updates, checked, each for a named layer.
 *
 * <p>Trainers write half a dozen key forms, and an update that is left out makes a quietly weaker model. So every tensor of
 * the file must be understood: a key in no known form, one of another kind of adapter (DoRA, LoHa, LoKr, full differences,
 * Tucker factors), half of a pair, factors whose ranks differ or a number that is not finite are all errors.
 */
public final class LoraFile {

    private final Safetensors tensors;
    private final List<LoraModule> modules;

    private LoraFile(Safetensors tensors, List<LoraModule> modules) {
        this.tensors = tensors;
        this.modules = List.copyOf(modules);
    }

    /**
     * Maps and checks a LoRA's file.
     *
     * @throws LoraException if a tensor of it is not understood or not usable; the message names file and key and says what
     *     was expected
     * @throws dev.finexl.store.ModelFileException if there is no such file or it is no safetensors file
     */
    public static LoraFile read(ModelFiles files, String name) throws IOException {
        return of(Safetensors.read(files, name));
    }

    /**
     * Checks a LoRA.
     *
     * @throws LoraException as {@link #read}
     */
    public static LoraFile of(Safetensors tensors) {
        Map<Module, Map<LoraKey.Role, String>> keys = group(tensors);
        if (keys.isEmpty()) {
            throw new LoraException(tensors.file(), "there are no tensors; expected the factors of a LoRA");
        }
        PeftScaling peft = PeftScaling.of(tensors.file(), tensors.metadata());
        List<LoraModule> modules = new ArrayList<>();
        keys.forEach((module, roles) -> modules.add(module(tensors, peft, module, roles)));
        return new LoraFile(tensors, modules);
    }

    /** How messages call the file. */
    public String name() {
        return tensors.file();
    }

    /** The updates, in the order of the file's header. */
    public List<LoraModule> modules() {
        return modules;
    }

    /** What its header says besides. */
    public LoraMetadata metadata() {
        return LoraMetadata.of(tensors.metadata());
    }

    /** A copy of a factor's numbers as float32, row-major; all finite. */
    public float[] values(LoraFactor factor) {
        return tensors.floats(factor.key());
    }

    private record Module(LoraPart part, ModulePath path) {}

    private static Map<Module, Map<LoraKey.Role, String>> group(Safetensors tensors) {
        // Other kinds of adapters come first: their files have LoRA keys too, which would be blamed for lacking a
        // partner.
        for (String key : tensors.names()) {
            if (LoraKey.parse(key) instanceof LoraKey.Unsupported(String kind)) {
                throw LoraException.at(tensors.file(), key, "belongs to " + kind + "; expected a plain LoRA");
            }
        }
        Map<Module, Map<LoraKey.Role, String>> keys = new LinkedHashMap<>();
        for (String key : tensors.names()) {
            if (!(LoraKey.parse(key) instanceof LoraKey.OfModule known)) {
                throw LoraException.at(
                        tensors.file(),
                        key,
                        "is not understood; expected unet.<path>.lora_A.weight, lora_unet_<path>.lora_down.weight or an"
                                + " older form of them, for unet, transformer or text_encoder");
            }
            String other = keys.computeIfAbsent(
                            new Module(known.part(), known.path()), _ -> new EnumMap<>(LoraKey.Role.class))
                    .put(known.role(), key);
            if (other != null) {
                throw LoraException.at(tensors.file(), key, "says again what '%s' says".formatted(other));
            }
        }
        return keys;
    }

    private static LoraModule module(
            Safetensors tensors, PeftScaling peft, Module module, Map<LoraKey.Role, String> keys) {
        String any = keys.values().iterator().next();
        String downKey = keys.get(LoraKey.Role.DOWN);
        String upKey = keys.get(LoraKey.Role.UP);
        if (downKey == null || upKey == null) {
            throw LoraException.at(
                    tensors.file(),
                    any,
                    "has no partner; expected a down and an up factor for '%s'"
                            .formatted(module.path().text()));
        }
        LoraFactor down = factor(tensors, downKey);
        LoraFactor up = factor(tensors, upKey);
        long rank = down.shape().dim(0);
        if (rank < 1 || rank > Integer.MAX_VALUE) {
            throw LoraException.at(
                    tensors.file(), downKey, "has shape %s; expected [rank, in]".formatted(down.shape()));
        }
        if (up.withoutUnitKernel().size() != 2 || up.shape().dim(1) != rank) {
            throw LoraException.at(
                    tensors.file(),
                    upKey,
                    "has shape %s; expected [out, %d], since '%s' has rank %d"
                            .formatted(up.shape(), rank, downKey, rank));
        }
        OptionalDouble alpha = alpha(tensors, peft, module, keys.get(LoraKey.Role.ALPHA));
        double divisor = peft.rankStabilised(module.part()) ? Math.sqrt(rank) : rank;
        double scale = alpha.isPresent() ? alpha.getAsDouble() / divisor : 1;
        return new LoraModule(module.part(), module.path(), down, up, alpha, scale);
    }

    private static LoraFactor factor(Safetensors tensors, String key) {
        TensorShape shape = tensors.shape(key);
        if (!Floats.convertible(tensors.type(key)) || shape.rank() < 2) {
            throw LoraException.at(
                    tensors.file(),
                    key,
                    "is %s %s; expected two dimensions or more of F32, F16 or BF16"
                            .formatted(tensors.type(key), shape));
        }
        requireFinite(tensors, key);
        return new LoraFactor(key, shape);
    }

    private static OptionalDouble alpha(Safetensors tensors, PeftScaling peft, Module module, String key) {
        OptionalDouble inHeader = peft.alpha(module.part(), module.path().text());
        if (key == null) {
            return inHeader;
        }
        TensorShape shape = tensors.shape(key);
        if (!Floats.convertible(tensors.type(key)) || shape.elements() != 1) {
            throw LoraException.at(
                    tensors.file(),
                    key,
                    "is %s %s; expected one number as F32, F16 or BF16".formatted(tensors.type(key), shape));
        }
        requireFinite(tensors, key);
        double alpha = tensors.floats(key)[0];
        if (inHeader.isPresent() && inHeader.getAsDouble() != alpha) {
            throw LoraException.at(
                    tensors.file(), key, "is %s, but the header says %s".formatted(alpha, inHeader.getAsDouble()));
        }
        return OptionalDouble.of(alpha);
    }

    private static void requireFinite(Safetensors tensors, String key) {
        for (float value : tensors.floats(key)) {
            if (!Float.isFinite(value)) {
                throw LoraException.at(
                        tensors.file(), key, "has the value %s; expected finite numbers".formatted(value));
            }
        }
    }
}
