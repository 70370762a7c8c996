//! The device a network runs on, by name. Backends are chosen at compile time by cargo features, and at run time by
//! name among those compiled in.

use burn::tensor::Device;

use crate::error::InferenceError;

/// Names of the devices compiled into this build, the default first.
pub const AVAILABLE: &[&str] = &[
    #[cfg(feature = "flex")]
    "flex",
    #[cfg(feature = "ndarray")]
    "ndarray",
    #[cfg(feature = "wgpu")]
    "wgpu",
    #[cfg(feature = "cuda")]
    "cuda",
];

/// Every device hob knows, compiled in or not.
pub const KNOWN: &[&str] = &["flex", "ndarray", "wgpu", "cuda"];

/// The device used when none is named.
pub fn default_name() -> Option<&'static str> {
    AVAILABLE.first().copied()
}

/// Builds the named device; without a name, the default one.
///
/// # Errors
/// The name is unknown, its backend is not compiled in, or there is no such hardware.
pub fn device(name: Option<&str>) -> Result<(&'static str, Device), InferenceError> {
    let name = match name {
        Some(name) => name,
        None => default_name().ok_or(InferenceError::NoDevice)?,
    };
    match name {
        #[cfg(feature = "flex")]
        "flex" => Ok(("flex", Device::flex())),
        #[cfg(feature = "ndarray")]
        "ndarray" => {
            #[expect(
                deprecated,
                reason = "upstream prefers Flex; hob keeps NdArray as a second CPU device"
            )]
            let device = Device::ndarray();
            Ok(("ndarray", device))
        }
        #[cfg(feature = "wgpu")]
        "wgpu" => wgpu().map(|device| ("wgpu", device)),
        #[cfg(feature = "cuda")]
        "cuda" => cuda(),
        other if KNOWN.contains(&other) => Err(InferenceError::DeviceNotCompiled {
            name: other.to_string(),
        }),
        other => Err(InferenceError::UnknownDevice {
            name: other.to_string(),
        }),
    }
}

/// The adapter can be initialised once in a process; everyone after the first gets the same device.
#[cfg(feature = "wgpu")]
fn wgpu() -> Result<Device, InferenceError> {
    static DEVICE: std::sync::OnceLock<Result<Device, String>> = std::sync::OnceLock::new();
    let init = || {
        let device = Device::wgpu_options().init();
        device.map_err(|error| error.to_string())
    };
    let device = DEVICE.get_or_init(init).clone();
    device.map_err(|cause| InferenceError::NoHardware {
        name: "wgpu",
        cause,
    })
}

/// CUDA has no constructor that can fail. Counting the devices needs no driver; a driver without a usable compiler, on
/// the other hand, shows at the first tensor, as a panic.
#[cfg(feature = "cuda")]
fn cuda() -> Result<(&'static str, Device), InferenceError> {
    use burn::tensor::{DeviceType, Tensor};

    let unusable = |cause: &str| InferenceError::NoHardware {
        name: "cuda",
        cause: cause.to_string(),
    };
    if Device::enumerate(DeviceType::Cuda).is_empty() {
        return Err(unusable("there is no NVIDIA driver or no NVIDIA GPU"));
    }
    let first_tensor = std::panic::catch_unwind(|| {
        let device = Device::cuda(0);
        let _ = Tensor::<1>::zeros([1], &device).into_data();
        device
    });
    let device = first_tensor.map_err(|_| unusable("its first computation failed"))?;
    Ok(("cuda", device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_device_is_named_in_the_error() {
        let error = device(Some("gpu")).expect_err("`gpu` is no device");
        assert!(error.to_string().contains("`gpu`"), "{error}");
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_device_that_is_not_compiled_in_names_the_feature() {
        let error = device(Some("cuda")).expect_err("cuda is not compiled in");
        assert!(error.to_string().contains("--features cuda"), "{error}");
    }
}
