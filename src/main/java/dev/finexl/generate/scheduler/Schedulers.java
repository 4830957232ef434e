package dev.finexl.generate.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.finexl.store.ModelFileException;
import dev.finexl.store.ModelFiles;
import dev.finexl.store.ModelJson;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Makes schedulers: the one that a model is published with, or another one for the same model, by name. */
public final class Schedulers {

    private static final int LARGEST_FILE = 4 << 20;
    private static final String CLASS_NAME = "_class_name";

    private Schedulers() {}

    /** The names that {@link #named} knows, e.g. {@code dpmpp-2m-karras}. */
    public static List<String> names() {
        return Arrays.stream(SchedulerName.values()).map(SchedulerName::written).toList();
    }

    /**
     * The scheduler that a model is published with.
     *
     * @param file e.g. {@code scheduler/scheduler_config.json}
     * @throws ModelFileException if the file is missing, too large, or not a JSON object
     * @throws SchedulerException if its content is not a configuration that is supported
     */
    public static Scheduler read(ModelFiles model, String file) {
        return of(ModelJson.read(model, file, LARGEST_FILE), source(model, file));
    }

    /**
     * Another scheduler for the same model; see {@link #named(String, JsonNode, String)}.
     *
     * @throws ModelFileException as {@link #read}
     * @throws SchedulerException if there is no such name, or if the model's configuration does not allow it
     */
    public static Scheduler named(String name, ModelFiles model, String file) {
        return named(name, ModelJson.read(model, file, LARGEST_FILE), source(model, file));
    }

    /**
     * The scheduler of a configuration.
     *
     * @param config what a {@code scheduler_config.json} holds
     * @param source where it came from, for messages
     * @throws SchedulerException if the class is not known, or an option is wrong or not supported
     */
    public static Scheduler of(JsonNode config, String source) {
        String name = className(config, source);
        return SchedulerClass.of(name)
                .orElseThrow(() -> new SchedulerException("%s: unknown scheduler class '%s'; known are %s"
                        .formatted(
                                source,
                                ConfigReader.shorten(name),
                                Arrays.stream(SchedulerClass.values())
                                        .map(SchedulerClass::diffusersName)
                                        .collect(Collectors.joining(", ")))))
                .read(config, source);
    }

    /**
     * A scheduler of another class for the same model, as {@code OtherScheduler.from_config(pipe.scheduler.config)} makes
     * it in diffusers: options that the other class has too are the model's, those that it does not know are dropped, and
     * those that the model does not give have the other class's defaults. Only options that the name itself speaks of
     * ({@code -karras}, {@code -sde}, {@code 2m}; PNDM without its Runge–Kutta start) are set.
     *
     * @param name one of {@link #names}
     * @param config the model's own configuration, of any class
     * @param source where that came from, for messages
     * @throws SchedulerException if there is no such name, or if the model's configuration does not allow it: an option that
     *     the other class does not support, or flow matching where there was a noise schedule, or the reverse
     */
    public static Scheduler named(String name, JsonNode config, String source) {
        SchedulerName known = SchedulerName.of(name)
                .orElseThrow(() -> new SchedulerException("unknown scheduler '%s'; known are %s"
                        .formatted(ConfigReader.shorten(name), String.join(", ", names()))));
        String own = className(config, source);
        boolean flow = known.schedulerClass() == SchedulerClass.FLOW_MATCH_EULER;
        if (flow != own.startsWith("FlowMatch")) {
            throw new SchedulerException(
                    "%s: scheduler '%s' cannot replace %s, since the model was%s trained by flow matching"
                            .formatted(source, name, ConfigReader.shorten(own), flow ? " not" : ""));
        }
        ObjectNode changed = ((ObjectNode) config).deepCopy();
        changed.setAll(known.options());
        return known.schedulerClass().read(changed, source);
    }

    private static String className(JsonNode config, String source) {
        if (!config.isObject()) {
            throw new SchedulerException("%s: expected a JSON object".formatted(source));
        }
        JsonNode name = config.get(CLASS_NAME);
        if (name == null || !name.isTextual()) {
            throw new SchedulerException("%s: '%s' is %s, expected the name of a scheduler class"
                    .formatted(source, CLASS_NAME, name == null ? "missing" : ConfigReader.shorten(name.toString())));
        }
        return name.textValue();
    }

    private static String source(ModelFiles model, String file) {
        return model.reference() + "/" + file;
    }
}
