package dev.finexl.generate.lora;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.finexl.store.ModelFiles;
import java.io.IOException;
import java.util.DoubleSummaryStatistics;
import java.util.IntSummaryStatistics;
import java.util.List;

/**
 * What can be said of a LoRA without a model.
 *
 * @param title what its trainer called it; null if the file does not say
 * @param architecture what it says that it was made for, in its own words; null if it does not say
 * @param family the family that its layers, or else its header, speak for; null if neither does
 * @param triggers the words by which it is called, the likeliest first
 * @param parts the folders of the networks that it changes
 * @param modules how many layers it names
 * @param minRank the lowest rank of a module
 * @param maxRank the highest
 * @param minAlpha the lowest alpha of a module; null if no module has one
 * @param maxAlpha the highest
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoraCard(
        String title,
        String architecture,
        String family,
        List<String> triggers,
        List<String> parts,
        int modules,
        int minRank,
        int maxRank,
        Double minAlpha,
        Double maxAlpha) {

    /**
     * Reads and checks the file.
     *
     * @throws LoraException if a tensor of it is not understood or not usable
     * @throws dev.finexl.store.ModelFileException if there is no such file or it is no safetensors file
     */
    public static LoraCard read(ModelFiles files, String name) throws IOException {
        LoraFile file = LoraFile.read(files, name);
        LoraMetadata said = file.metadata();
        IntSummaryStatistics ranks =
                file.modules().stream().mapToInt(LoraModule::rank).summaryStatistics();
        DoubleSummaryStatistics alphas = file.modules().stream()
                .flatMapToDouble(module -> module.alpha().stream())
                .summaryStatistics();
        return new LoraCard(
                said.title().isEmpty() ? null : said.title(),
                said.architecture().isEmpty() ? null : said.architecture(),
                FamilyGuess.of(file).map(LoraFamily::label).orElse(null),
                said.triggers(),
                file.modules().stream()
                        .map(module -> module.part().folder())
                        .distinct()
                        .sorted()
                        .toList(),
                file.modules().size(),
                ranks.getMin(),
                ranks.getMax(),
                alphas.getCount() == 0 ? null : alphas.getMin(),
                alphas.getCount() == 0 ? null : alphas.getMax());
    }
}
