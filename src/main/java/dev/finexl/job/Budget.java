package dev.finexl.job;

import dev.finexl.account.Tariff;
import dev.finexl.explain.ExplainRequest;
import dev.finexl.explain.Explainer;
import dev.finexl.explain.Forecast;
import dev.finexl.explain.InvalidRequestException;
import dev.finexl.job.Estimate.Counts;
import dev.finexl.job.Estimate.Prices;
import dev.finexl.job.Estimate.Seconds;
import dev.finexl.onnx.RunScope;
import java.math.BigDecimal;

/** Tells what explanations would cost, and keeps them within what their requests allow. */
public final class Budget {

    private static final String FIELD = "maxCost";

    private final Tariff tariff;

    public Budget(Tariff tariff) {
        this.tariff = tariff;
    }

    /**
     * What a request would take and cost, without a {@code maxCost}.
     *
     * @param explainer for whom it would be explained
     */
    public Estimate estimate(ExplainRequest request, Explainer explainer, RunScope scope) {
        Forecast forecast = explainer.forecast(request, scope);
        long least = forecast.images(forecast.leastPairs());
        long most = forecast.images(forecast.mostPairs()) + (long) forecast.calibration();
        return new Estimate(
                forecast.known(),
                new Counts(least, most),
                new Counts(least * forecast.evaluationsPerImage(), most * forecast.evaluationsPerImage()),
                seconds(forecast, least, most),
                new Prices(price(forecast, least), price(forecast, most)),
                tariff.currency());
    }

    private static Seconds seconds(Forecast forecast, long least, long most) {
        return forecast.known()
                ? new Seconds(0, 0)
                : forecast.speed()
                        .map(speed -> new Seconds(speed.seconds(least), speed.seconds(most)))
                        .orElse(null);
    }

    private BigDecimal price(Forecast forecast, long images) {
        return forecast.known() ? tariff.ofCached() : tariff.of(images, images * forecast.evaluationsPerImage());
    }

    /**
     * A request that costs no more than it says, by drawing fewer pairs where it has to.
     *
     * @throws InvalidRequestException if even the least that has to be drawn costs more
     */
    ExplainRequest bounded(ExplainRequest request, Explainer explainer, RunScope scope) {
        BigDecimal limit = request.maxCost();
        if (limit == null) {
            return request;
        }
        if (Boolean.TRUE.equals(request.calibrate())) {
            throw new InvalidRequestException(
                    FIELD, "what 'calibrate' costs depends on what is found, so that it cannot be bounded");
        }
        Forecast forecast = explainer.forecast(request, scope);
        int pairs = forecast.leastPairs();
        BigDecimal least = price(forecast, forecast.images(pairs));
        if (least.compareTo(limit) > 0) {
            throw new InvalidRequestException(
                    FIELD,
                    "the explanation costs at least %s %s, and 'maxCost' is %s"
                            .formatted(least.toPlainString(), tariff.currency(), limit.toPlainString()));
        }
        while (pairs < forecast.mostPairs()
                && price(forecast, forecast.images(pairs + 1)).compareTo(limit) <= 0) {
            pairs++;
        }
        return pairs < forecast.mostPairs() ? request.toBuilder().images(pairs).build() : request;
    }
}
